import { validateMessageBlocks, validateView } from "../../block-kit/validate.ts";
import { isObject, type JsonObject } from "../../json.ts";
import { Refusal, refuseWith } from "../../refusal.ts";
import type { Method } from "./method.ts";

/** https://docs.slack.dev/reference/methods/blocks.validate */
export const blockMethods: Readonly<Record<string, Method>> = {
  "blocks.validate": { scopes: [], run: (_slack, args) => validate(args) },
};

/** The argument that is judged, and the part of our pointers that Slack's lack: "/0/text" is in the first block. */
const SUBJECTS = [
  { name: "blocks", root: "/blocks", error: "invalid_blocks", judge: validateMessageBlocks },
  {
    name: "message",
    root: "",
    error: "invalid_message",
    judge: (message: unknown) =>
      validateMessageBlocks(isObject(message) ? message["blocks"] : undefined),
  },
  { name: "view", root: "/view", error: "invalid_view", judge: validateView },
] as const;

function validate(args: JsonObject): JsonObject {
  const [subject, ...others] = SUBJECTS.filter(({ name }) => args[name] !== undefined);
  if (subject === undefined || others.length > 0) {
    throw refuseWith("invalid_arguments", ["must provide exactly one of blocks, message, view"]);
  }
  const { problems } = subject.judge(args[subject.name]);
  if (problems.length > 0) {
    throw new Refusal(subject.error, {
      errors: problems.map((problem) => toError(problem, subject.root)),
    });
  }
  return {};
}

function toError(problem: string, root: string): JsonObject {
  const [, message = problem, pointer = ""] = /^(.*) \[json-pointer:(.*)\]$/su.exec(problem) ?? [];
  return { pointer: pointer.slice(root.length), code: "failed_constraint", message };
}
