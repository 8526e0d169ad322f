import { describe, expect, it } from "vitest";
import blockActionsEphemeral from "../fixtures/payloads/block-actions-ephemeral.json" with { type: "json" };
import blockActionsModal from "../fixtures/payloads/block-actions-modal.json" with { type: "json" };
import blockActionsOrgInstall from "../fixtures/payloads/block-actions-org-install.json" with { type: "json" };
import blockActionsReply from "../fixtures/payloads/block-actions-reply.json" with { type: "json" };
import blockActionsUnfurl from "../fixtures/payloads/block-actions-unfurl.json" with { type: "json" };
import globalShortcut from "../fixtures/payloads/global-shortcut.json" with { type: "json" };
import messageShortcutOld from "../fixtures/payloads/message-shortcut-old.json" with { type: "json" };
import messageShortcutOrgInstall from "../fixtures/payloads/message-shortcut-org-install.json" with { type: "json" };
import messageShortcutShared from "../fixtures/payloads/message-shortcut-shared.json" with { type: "json" };
import messageShortcut from "../fixtures/payloads/message-shortcut.json" with { type: "json" };
import viewClosed from "../fixtures/payloads/view-closed.json" with { type: "json" };
import viewSubmissionForeign from "../fixtures/payloads/view-submission-foreign.json" with { type: "json" };
import viewSubmissionImageTags from "../fixtures/payloads/view-submission-image-tags.json" with { type: "json" };
import viewSubmissionUploadFiles from "../fixtures/payloads/view-submission-upload-files.json" with { type: "json" };
import { takeLogs } from "../helpers/logs.ts";
import { callsTo } from "../helpers/person.ts";
import { UNSIGNED, signedRequest, startTestStack, type TestStack } from "../helpers/stack.ts";

describe("POST /api/slack/interactivity", () => {
  it.each([
    ["a message shortcut", messageShortcut],
    ["one of an organization", messageShortcutOrgInstall],
    ["one on a shared message", messageShortcutShared],
    ["one without message_ts", messageShortcutOld],
    ["a button of a reply", blockActionsReply],
    ["one of an organization", blockActionsOrgInstall],
  ])("acks %s and opens its modal at once", async (_, payload) => {
    await using stack = await startTestStack();
    const response = await send(stack, payload);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();
    expect(callsTo(stack, "views.open")).toMatchObject([
      { args: { trigger_id: payload.trigger_id }, error: "invalid_trigger_id" },
    ]);
    expect(takeLogs()).toMatchObject([{ event: "modal.failed" }]);
  });

  it.each([
    [
      "somebody else's shortcut",
      { ...messageShortcut, callback_id: "chirp_message" },
      "message_action",
    ],
    ["a global shortcut", globalShortcut, "shortcut"],
    ["a button of an ephemeral message", blockActionsEphemeral, "block_actions"],
    ["a checkbox in a modal", blockActionsModal, "block_actions"],
    ["a button of an unfurl", blockActionsUnfurl, "block_actions"],
    ["no action at all", { ...blockActionsReply, actions: [] }, "block_actions"],
    ["somebody else's modal", viewSubmissionForeign, "view_submission"],
    ["a modal that was closed", viewClosed, "view_closed"],
    ["a type that it does not know", { type: "block_suggestion" }, "block_suggestion"],
  ])("acks %s and logs it, and does nothing", async (_, payload, name) => {
    await using stack = await startTestStack();
    const response = await send(stack, payload);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs()).toMatchObject([{ level: "info", event: "interaction.ignored", name }]);
  });

  it("answers a submission whose record is gone with a view that says so", async () => {
    await using stack = await startTestStack();
    const response = await send(stack, viewSubmissionImageTags);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/u);
    expect(await response.json()).toMatchObject({
      response_action: "update",
      view: { type: "modal", callback_id: "image_tags" },
    });
    await stack.drain();
    expect(stack.slack.requests).toEqual([]);
  });

  it("accepts the slash command's form, whatever became of its files", async () => {
    await using stack = await startTestStack();
    const submission = { ...viewSubmissionUploadFiles, user: { id: "U0LOCAL001" } };
    expect(await (await send(stack, submission)).json()).toMatchObject({
      response_action: "update",
    });
    await stack.drain();
    expect(stack.s3.objects("images/")).toEqual([]);
    expect(takeLogs().map(({ level }) => level)).not.toContain("error");
  });

  it.each([
    ["no payload", "type=block_actions"],
    ["bad JSON", "payload=%7B"],
    ["a list", "payload=[]"],
    ["no type", "payload={}"],
    ["JSON that is no form", JSON.stringify(messageShortcut)],
    ["a shortcut without message", formOf({ ...messageShortcut, message: undefined })],
    ["a shortcut without ts", formOf({ ...messageShortcut, message_ts: undefined, message: {} })],
    ["buttons without user", formOf({ ...blockActionsReply, user: undefined })],
    ["buttons of no team", formOf({ ...blockActionsReply, team: null, user: { id: "U1" } })],
    ["a submission without view", formOf({ ...viewSubmissionImageTags, view: null })],
  ])("refuses %s, and says what was expected", async (_, body) => {
    await using stack = await startTestStack();
    const request = signedRequest(stack.slack, body, { nowMs: stack.clock.nowMs });
    expect((await stack.app.interactivity(request)).status).toBe(400);
    expect(takeLogs()).toMatchObject([
      { event: "request.rejected", status: 400, error: expect.stringContaining("expected") },
    ]);
    expect(stack.outgoing()).toEqual([]);
  });

  it.each(UNSIGNED)("refuses a request with %s", async (_, headers) => {
    await using stack = await startTestStack();
    const { nowMs } = stack.clock;
    const request = signedRequest(stack.slack, formOf(messageShortcut), { nowMs, headers });
    expect((await stack.app.interactivity(request)).status).toBe(401);
    expect(stack.outgoing()).toEqual([]);
  });

  it("answers 503 while a variable is missing", async () => {
    await using stack = await startTestStack();
    stack.serveFrom(stack.createInstance({ S3_BUCKET: "" }));
    expect((await send(stack, messageShortcut)).status).toBe(503);
    expect(stack.outgoing()).toEqual([]);
  });

  it("logs no name, text or address that a person typed", async () => {
    await using stack = await startTestStack();
    await send(stack, messageShortcut);
    await send(stack, viewSubmissionImageTags);
    await stack.drain();
    expect(JSON.stringify(takeLogs())).not.toMatch(/sunrise|editor|pictures|example\.com/u);
  });
});

function send(stack: TestStack, payload: unknown): Promise<Response> {
  return stack.sendForm("interactivity", { payload: JSON.stringify(payload) });
}

function formOf(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
