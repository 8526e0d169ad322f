import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInteractionPayload } from "../../lib/slack/interaction-payloads.ts";
import { PayloadError } from "../../lib/slack/parse.ts";
import blockActionsEphemeral from "../fixtures/payloads/block-actions-ephemeral.json" with { type: "json" };
import blockActionsModal from "../fixtures/payloads/block-actions-modal.json" with { type: "json" };
import blockActionsOrgInstall from "../fixtures/payloads/block-actions-org-install.json" with { type: "json" };
import blockActionsReply from "../fixtures/payloads/block-actions-reply.json" with { type: "json" };
import globalShortcut from "../fixtures/payloads/global-shortcut.json" with { type: "json" };
import messageShortcutOld from "../fixtures/payloads/message-shortcut-old.json" with { type: "json" };
import messageShortcutOrgInstall from "../fixtures/payloads/message-shortcut-org-install.json" with { type: "json" };
import messageShortcutShared from "../fixtures/payloads/message-shortcut-shared.json" with { type: "json" };
import messageShortcut from "../fixtures/payloads/message-shortcut.json" with { type: "json" };
import viewClosed from "../fixtures/payloads/view-closed.json" with { type: "json" };
import viewSubmissionForeign from "../fixtures/payloads/view-submission-foreign.json" with { type: "json" };
import viewSubmissionImageTags from "../fixtures/payloads/view-submission-image-tags.json" with { type: "json" };
import viewSubmissionUploadFiles from "../fixtures/payloads/view-submission-upload-files.json" with { type: "json" };

const GUEST = { id: "U1", team_id: "T0GUEST" };
const EDITOR = {
  userId: "U0EDITOR",
  teamId: "T0HOME",
  userTeamId: "T0HOME",
  enterpriseId: undefined,
  isEnterpriseInstall: false,
  standing: "member",
};

describe("parseInteractionPayload()", () => {
  it("reads a message shortcut", () => {
    expect(parse(messageShortcut)).toEqual({
      type: "message_shortcut",
      shortcut: {
        callbackId: "upload_to_s3",
        triggerId: messageShortcut.trigger_id,
        actor: EDITOR,
        channelId: "C0IMAGES",
        responseUrl: messageShortcut.response_url,
        message: {
          ts: "1764000001.000100",
          threadTs: undefined,
          userId: "U0AUTHOR",
          files: [
            expect.objectContaining({ id: "F0ONE", name: "sunrise.jpg" }),
            expect.objectContaining({ id: "F0TWO" }),
          ],
        },
      },
    });
  });

  it("reads the person's team if the app is installed for an organization", () => {
    const actor = { userId: "W0EDITOR", teamId: "T0SISTER", enterpriseId: "E0HOME" };
    expect(parse(messageShortcutOrgInstall)).toMatchObject({ shortcut: { actor } });
    expect(parse(blockActionsOrgInstall)).toMatchObject({ action: { actor } });
    expect(parse(viewSubmissionForeign)).toMatchObject({
      submission: { actor: { teamId: "T0HOME" } },
    });
  });

  it.each([
    ["the team of the app's workspace", {}, "member"],
    ["another team", { user: { id: "U1", team_id: "T0GUEST" } }, "stranger"],
    ["no team", { user: { id: "U1" } }, "untold"],
    ["another team, on Enterprise Grid", { user: GUEST, enterprise: { id: "E0GUEST" } }, "untold"],
    ["the team of the message, on Enterprise Grid", { enterprise: { id: "E0HOME" } }, "member"],
    [
      "its own team only, on Enterprise Grid",
      { user: GUEST, team: { id: "T0GUEST" }, enterprise: { id: "E0GUEST" } },
      "untold",
    ],
    ["another team, of an organization", { user: GUEST, is_enterprise_install: true }, "untold"],
    ["the team of nothing else", { user: GUEST, team: null }, "untold"],
  ])("reads the standing of a person with %s", (_, changed, standing) => {
    expect(parse({ ...blockActionsReply, ...changed })).toMatchObject({
      action: { actor: { standing } },
    });
  });

  it("reads the files of a shared message, each once", () => {
    const { message } = messageShortcutShared;
    const twice = {
      ...messageShortcutShared,
      message: { ...message, files: message.attachments[0]?.files },
    };
    for (const payload of [messageShortcutShared, twice]) {
      expect(parse(payload)).toMatchObject({
        shortcut: {
          message: { threadTs: "1764000000.000100", files: [{ id: "F0ONE" }, { id: "F0TWO" }] },
        },
      });
    }
  });

  it("leaves out unreadable files and attachments, and keeps the others", () => {
    const { message } = messageShortcutShared;
    const attachments = [null, { files: [null, {}] }, ...message.attachments];
    const payload = {
      ...messageShortcutShared,
      message: { ...message, files: [{ id: "F0NEW" }, { id: 7 }], attachments },
    };
    expect(parse(payload)).toMatchObject({
      shortcut: { message: { files: [{ id: "F0NEW" }, { id: "F0ONE" }, { id: "F0TWO" }] } },
    });
  });

  it("accepts a payload without message_ts, action_ts and the user's team", () => {
    expect(parse(messageShortcutOld)).toMatchObject({
      shortcut: { actor: { teamId: "T0HOME" }, message: { ts: "1764000001.000133", files: [] } },
    });
  });

  it("reads a button and its place", () => {
    expect(parse(blockActionsReply)).toEqual({
      type: "block_action",
      action: {
        actionId: "edit_tags",
        value: "messages/T0HOME/C0IMAGES/1764000001.000100#F0ONE",
        triggerId: blockActionsReply.trigger_id,
        actor: EDITOR,
        channelId: "C0IMAGES",
        threadTs: "1764000001.000100",
      },
    });
  });

  it("reads a button of an ephemeral message, which has no message, and one in a modal, which has no channel", () => {
    expect(parse(blockActionsEphemeral)).toMatchObject({
      action: { channelId: "C0IMAGES", threadTs: "1764000005.000500" },
    });
    expect(parse(blockActionsModal)).toMatchObject({
      action: { actionId: "decorative", value: "", channelId: undefined, threadTs: undefined },
    });
  });

  it("reads a submission: the values, and what the modal opened with", () => {
    expect(parse(viewSubmissionImageTags)).toMatchObject({
      type: "view_submission",
      submission: {
        callbackId: "image_tags",
        viewId: "V0MODAL",
        privateMetadata: viewSubmissionImageTags.view.private_metadata,
        fields: [
          { blockId: "link:F0ONE:record", value: "", initialValue: "https://example.com/" },
          { blockId: "alt:F0ONE:record", value: "A sunrise", initialValue: "" },
          { blockId: "decorative:F0ONE:record", value: "", initialValue: "" },
        ],
        files: [],
      },
    });
  });

  it("reads the files of a form", () => {
    expect(parse(viewSubmissionUploadFiles)).toMatchObject({
      submission: {
        files: [{ id: "F0ONE" }, { id: "F0TWO" }],
        fields: [
          { blockId: "files", value: "" },
          { blockId: "alt:form:file", value: "" },
          { blockId: "decorative:form:file", value: "decorative" },
        ],
      },
    });
  });

  it.each([
    ["a global shortcut", globalShortcut, "shortcut"],
    ["a modal that was closed", viewClosed, "view_closed"],
    ["buttons without an action", { ...blockActionsReply, actions: [] }, "block_actions"],
    ["another type", { type: "workflow_step_edit" }, "workflow_step_edit"],
  ])("ignores %s", (_, payload, name) => {
    expect(parse(payload)).toEqual({ type: "other", name });
  });

  it("throws nothing but PayloadError, whatever value a payload holds anywhere", () => {
    const payload = fc.constantFrom<Record<string, unknown>>(
      messageShortcut,
      messageShortcutShared,
      blockActionsReply,
      viewSubmissionImageTags,
      viewSubmissionUploadFiles,
    );
    fc.assert(
      fc.property(payload, fc.nat(), fc.jsonValue(), (genuine, index, value) => {
        const body = bodyOf(replaceAt(genuine, index, value));
        const error = captureError(() => parseInteractionPayload(body));
        expect(error ?? new PayloadError()).toBeInstanceOf(PayloadError);
      }),
      { numRuns: 1000 },
    );
  });
});

function parse(payload: unknown) {
  return parseInteractionPayload(bodyOf(payload));
}

function bodyOf(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** Returns the payload with another value at one of its places, counted in document order. */
function replaceAt(payload: unknown, index: number, value: unknown): unknown {
  let count = 0;
  JSON.stringify(payload, (_, node: unknown) => {
    count += 1;
    return node;
  });
  let place = -1;
  const json = JSON.stringify(payload, (_, node: unknown) => {
    place += 1;
    return place === index % count ? value : node;
  });
  return JSON.parse(json);
}

function captureError(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
