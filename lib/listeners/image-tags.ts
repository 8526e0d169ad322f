import type { ModalView } from "@slack/web-api";
import { renderNoticeModal } from "../blocks/modals.ts";
import type { ViewSubmission } from "../slack/interaction-payloads.ts";
import { createStub } from "../slack/file.ts";
import { channelOf } from "../storage/object-key.ts";
import type { Claim } from "../uploads/claim-upload.ts";
import { openRecordSession } from "../uploads/record-session.ts";
import { RecordConflictError } from "../uploads/record-store.ts";
import type { TagEdit } from "../uploads/record.ts";
import { type ListenerContext, replyDeadline, tellPrivately } from "./context.ts";
import { inspectModalContext, type ModalContext } from "./modal-context.ts";
import { readTagSubmission } from "./tag-submission.ts";
import type { ViewAnswer } from "./view-answer.ts";

/** The modal of the shortcut and of "Edit link & description", sent. */
export function createImageTagsListener(context: ListenerContext) {
  const { config, messages, claims, records, accept, inBackground, clock, logger } = context;

  return async function onImageTags(submission: ViewSubmission): Promise<ViewAnswer> {
    const modal = inspectModalContext(submission.privateMetadata);
    if (modal === undefined) {
      logger.warn("interaction.ignored", {
        name: "view_submission",
        callback: submission.callbackId,
      });
      return { outcome: "ignored" };
    }
    const { edits, errors } = readTagSubmission(submission.fields, messages);
    if (Object.keys(errors).length > 0) {
      return { outcome: "errors", errors };
    }
    const changes = [...edits].map(([fileId, edit]): TagEdit => ({ fileId, ...edit }));
    const settled = await accept(store(submission, modal, changes), (claim) =>
      finish(submission.viewId, claim),
    );
    if (settled.outcome === "accepted") {
      return { outcome: "update", view: await renderNext(settled.accepted) };
    }
    return settled.error instanceof RecordConflictError
      ? refuse(submission, modal)
      : { outcome: "unavailable" };
  };

  function store(
    { actor }: ViewSubmission,
    { ref, upload }: ModalContext,
    edits: readonly TagEdit[],
  ): Promise<Claim | undefined> {
    if (upload === undefined) {
      return claims.amend(ref, { edits });
    }
    const { teamId, channelId, ts, threadTs, uploader, homeTeamIds, fileIds } = upload;
    return claims.claim({
      ref,
      teamId,
      source: { type: "message", channelId, ts, threadTs },
      uploader,
      homeTeamIds: config.allowExternalUsers ? undefined : homeTeamIds,
      files: fileIds.map(createStub),
      edits,
      requestedBy: actor.userId,
      retryFailed: true,
    });
  }

  /** What can be said at once goes with the answer: a view that is updated before it arrives is overwritten by it. */
  async function renderNext(claim: Claim | undefined): Promise<ModalView> {
    if (claim === undefined || claim.isOurs) {
      const { recordGone, saving } = messages.modal;
      return renderNoticeModal(claim === undefined ? recordGone : saving, messages);
    }
    const { modals } = await context.services();
    return modals.renderResult(claim.stored.record);
  }

  /** Uploads what is this claim's to upload and puts the tags into the modal, or shows in the thread what was edited. */
  async function finish(viewId: string, claim: Claim | undefined): Promise<void> {
    if (claim === undefined) {
      return;
    }
    const { modals, reply, uploadImages } = await context.services();
    try {
      if (claim.isOurs) {
        await modals.showResult(viewId, await uploadImages(claim));
      } else if (claim.stored.record.state === "done") {
        const session = openRecordSession(records, claim.stored);
        await reply.publish(session, { mayBePosted: false, deadlineMs: replyDeadline(clock) });
      }
    } catch (error) {
      await modals.showNotice(viewId, messages.modal.unavailable);
      throw error;
    }
  }

  /** What was typed stays in the modal; nothing of it is stored. */
  async function refuse(
    { actor, fields }: ViewSubmission,
    { ref }: ModalContext,
  ): Promise<ViewAnswer> {
    const { conflict } = messages;
    await inBackground(() =>
      tellPrivately(context, { channelId: channelOf(ref), userId: actor.userId, text: conflict }),
    );
    return { outcome: "errors", errors: { [fields[0]?.blockId ?? ""]: conflict } };
  }
}
