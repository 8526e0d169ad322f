import { describe, expect, it } from "vitest";
import { start } from "./start.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string) => ({ type: "section", text: plain(text) });
const modal = (title: string) => ({ type: "modal", title: plain(title), blocks: [section("a")] });

describe("blocks.validate", () => {
  it("accepts blocks, a message or a view, without a scope, and posts nothing", async () => {
    await using started = await start();
    for (const args of [
      { blocks: [section("a")] },
      { message: { blocks: [section("a")] } },
      { view: modal("a") },
    ]) {
      expect(await started.client.apiCall("blocks.validate", args)).toMatchObject({ ok: true });
    }
    expect(started.slack.state.messages.size).toBe(0);
    expect(started.slack.state.modals.size).toBe(0);
  });

  it.each([
    ["invalid_blocks", { blocks: [section("")] }, "/0/text/text"],
    ["invalid_message", { message: { blocks: [section("")] } }, "/blocks/0/text/text"],
    ["invalid_view", { view: modal("x".repeat(25)) }, "/title/text"],
  ])("answers %s with where and why", async (error, args, pointer) => {
    await using started = await start();
    await expect(started.client.apiCall("blocks.validate", args)).rejects.toMatchObject({
      data: {
        error,
        errors: [{ pointer, code: "failed_constraint", message: expect.stringMatching(/^must /u) }],
      },
    });
  });

  it.each([{}, { blocks: [section("a")], view: modal("a") }])(
    "wants exactly one of them, not %j",
    async (args) => {
      await using started = await start();
      await expect(started.client.apiCall("blocks.validate", args)).rejects.toMatchObject({
        data: { error: "invalid_arguments" },
      });
    },
  );
});
