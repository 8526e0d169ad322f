import type { ModalView } from "@slack/web-api";
import { renderNoticeModal } from "../blocks/modals.ts";
import type { Messages } from "../i18n/en.ts";
import type { Door, WorkPorts } from "../ports.ts";
import { amendRecord, type Claim, claimUpload } from "../records/claim.ts";
import { channelOf } from "../records/record-ref.ts";
import { RecordConflictError } from "../records/record-store.ts";
import type { SentEdits } from "../records/record-changes.ts";
import { createStub } from "../slack/file.ts";
import type { ViewSubmission } from "../slack/interaction-payloads.ts";
import { inspectModalContext, type ModalContext } from "./modal-context.ts";
import type { OpenModal } from "./modals.ts";
import { identifySubmission, readTagSubmission } from "./tag-submission.ts";
import { tellPrivately } from "./tell-privately.ts";
import type { ViewAnswer } from "./view-answer.ts";

/** Handles the submitted modal of the shortcut and of "Edit link & description". */
export async function onImageTags(
  door: Door,
  submission: ViewSubmission,
  sentAt: number,
): Promise<ViewAnswer> {
  const modal = inspectModalContext(submission.privateMetadata);
  if (modal === undefined) {
    door.logger.warn("interaction.ignored", {
      name: "view_submission",
      callback: submission.callbackId,
    });
    return { outcome: "ignored" };
  }
  const { messages } = await door.settingsFor(channelOf(modal.ref));
  const { edits, errors } = readTagSubmission(submission.fields, messages);
  if (Object.keys(errors).length > 0) {
    return { outcome: "errors", errors };
  }
  const changes = {
    id: identifySubmission(submission),
    sentAt,
    edits: [...edits].map(([fileId, edit]) => ({ fileId, ...edit })),
  };
  const { viewId } = submission;
  const settled = await door.accept(store(door, submission, { modal, changes }), (work, claim) =>
    finish(work, { viewId, messages }, claim),
  );
  if (settled.outcome === "accepted") {
    return { outcome: "update", view: await renderNext(door, settled.accepted, messages) };
  }
  return settled.error instanceof RecordConflictError
    ? refuse(door, submission, { modal, messages })
    : { outcome: "unavailable" };
}

function store(
  door: Door,
  { actor }: ViewSubmission,
  { modal, changes: edits }: { modal: ModalContext; changes: SentEdits },
): Promise<Claim | undefined> {
  const { ref, upload } = modal;
  const { userId } = actor;
  if (upload === undefined) {
    return amendRecord(door, ref, { intent: "edit", userId, edits });
  }
  const { teamId, channelId, ts, threadTs, uploader, homeTeamIds, fileIds } = upload;
  return claimUpload(door, {
    intent: "upload",
    ref,
    teamId,
    source: { type: "message", channelId, ts, threadTs },
    uploader,
    homeTeamIds: door.config.allowExternalUsers ? undefined : homeTeamIds,
    files: fileIds.map(createStub),
    userId,
    edits,
    isRequest: true,
    isRetried: ({ state }) => state === "failed",
  });
}

/**
 * Renders the response as completely as possible at once, because it overwrites any view update
 * made before it arrives.
 */
async function renderNext(
  door: Door,
  claim: Claim | undefined,
  messages: Messages,
): Promise<ModalView> {
  if (claim === undefined || claim.isOurs) {
    const { recordGone, saving } = messages.modal;
    return renderNoticeModal(claim === undefined ? recordGone : saving, messages);
  }
  const { renderRecord } = await import("./modals.ts");
  return renderRecord(door, claim.record);
}

/**
 * Uploads if this claim holds the lease, and shows the tags in the modal; otherwise shows the edits
 * in the thread.
 */
async function finish(work: WorkPorts, modal: OpenModal, claim: Claim | undefined): Promise<void> {
  if (claim === undefined) {
    return;
  }
  const [{ keepPromise }, { showNotice, showResult }] = await Promise.all([
    import("../uploads/keep-promise.ts"),
    import("./modals.ts"),
  ]);
  try {
    const record = await keepPromise(work, claim);
    if (claim.isOurs) {
      await showResult(work, modal.viewId, record);
    }
  } catch (error) {
    await showNotice(work, modal, modal.messages.modal.unavailable);
    throw error;
  }
}

/** Keeps what was typed in the modal, and stores nothing. */
async function refuse(
  door: Door,
  { actor, fields }: ViewSubmission,
  { modal, messages }: { modal: ModalContext; messages: Messages },
): Promise<ViewAnswer> {
  const { conflict } = messages;
  const whisper = { channelId: channelOf(modal.ref), userId: actor.userId, say: () => conflict };
  await door.inBackground((work) => tellPrivately(work, whisper));
  return { outcome: "errors", errors: { [fields[0]?.blockId ?? ""]: conflict } };
}
