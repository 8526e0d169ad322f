import { isVisibleToBot } from "../../files/file-store.ts";
import { Refusal } from "../../refusal.ts";
import { type Method, requiredText } from "./method.ts";

export const fileMethods: Readonly<Record<string, Method>> = {
  "files.info": {
    scopes: ["files:read"],
    run(slack, args) {
      const file = slack.state.files.get(requiredText(args, "file"));
      if (file === undefined || !isVisibleToBot(slack, file)) {
        throw new Refusal("file_not_found");
      }
      if (file.isDeleted) {
        throw new Refusal("file_deleted");
      }
      return { file: file.object, comments: [], response_metadata: { next_cursor: "" } };
    },
  },
};
