import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import packageJson from "../../package.json" with { type: "json" };
import { takeLogs } from "../helpers/logs.ts";
import { textsIn, toldTo } from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

describe("/upload-to-s3", () => {
  it("is answered with an empty 200 and opens a form for up to ten images", async () => {
    await using stack = await startTestStack();
    const seen = await stack.slack.slashCommand({ channel: "general" });
    expect([seen.ack?.status, seen.ack?.body, seen.problem]).toEqual([200, "", undefined]);
    await stack.drain();
    const view = stack.slack.viewOf();
    expect(view?.callback_id).toBe("upload_files");
    expect(view?.blocks).toMatchObject([
      { element: { type: "file_input", max_files: 10 } },
      { element: { action_id: "alt" }, optional: true },
      { element: { action_id: "decorative" }, optional: true },
      { element: { action_id: "link" }, optional: true },
    ]);
    expect(stack.outgoing()).toEqual(["views.open"]);
  });

  it.each(["help", " HELP "])(
    "answers %j to the person alone, with three lines and the version",
    async (text) => {
      await using stack = await startTestStack();
      const seen = await stack.slack.slashCommand({ channel: "general", text, user: "minho" });
      const [sentence = "", ...others] = toldTo(stack, "minho");
      expect([seen.problem, others, stack.slack.viewOf("minho")]).toEqual([
        undefined,
        [],
        undefined,
      ]);
      expect(sentence.split("\n")).toHaveLength(3);
      expect(sentence).toContain(packageJson.version);
      expect(stack.outgoing()).toEqual([]);
    },
  );

  it("answers help in Korean", async () => {
    await using stack = await startTestStack({ LOCALE: "ko" });
    await stack.slack.slashCommand({ channel: "general", text: "help" });
    expect(toldTo(stack, "jane")).toEqual([ko.help(packageJson.version)]);
    expect(ko.help("1").split("\n")).toHaveLength(en.help("1").split("\n").length);
  });

  it("opens the form for any other text after the command", async () => {
    await using stack = await startTestStack();
    await stack.slack.slashCommand({ channel: "images", text: "helpful & <b>" });
    await stack.drain();
    expect(stack.slack.viewOf()?.callback_id).toBe("upload_files");
  });

  it.each([
    ["where the app is a member", "images", ["views.open", "chat.postEphemeral"]],
    ["where it is not", "general", ["views.open", "chat.postEphemeral", "response_url"]],
  ])("tells the person %s that the trigger has expired", async (_, channel, methods) => {
    await using stack = await startTestStack();
    stack.slack.fault({ on: "views.open", kind: "platform_error", error: "expired_trigger_id" });
    const seen = await stack.slack.slashCommand({ channel });
    await stack.drain();
    expect(seen.problem).toBeUndefined();
    expect(textsIn(stack.slack.viewOf())).toEqual([]);
    expect(stack.outgoing()).toEqual(methods);
    expect(toldTo(stack, "jane")).toEqual([en.triggerExpired]);
    expect(takeLogs()).toMatchObject([{ level: "warn", event: "modal.failed" }]);
  });
});
