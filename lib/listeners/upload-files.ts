import { isoNow } from "../clock.ts";
import { FILES_BLOCK, FORM_SUBJECT, renderNoticeModal } from "../blocks/modals.ts";
import type { Door, WorkPorts } from "../ports.ts";
import { type Claim, claimUpload } from "../records/claim.ts";
import { formRef } from "../records/record-ref.ts";
import type { ViewSubmission } from "../slack/interaction-payloads.ts";
import { identifySubmission, readTagSubmission } from "./tag-submission.ts";
import type { ViewAnswer } from "./view-answer.ts";

/**
 * The form of the slash command, sent: its files are uploaded, and the tags appear in the app's direct message with
 * the sender, and in the same modal as long as it is open.
 */
export async function onUploadFiles(
  door: Door,
  submission: ViewSubmission,
  sentAt: number,
): Promise<ViewAnswer> {
  const { messages, clock } = door;
  const { edits, errors } = readTagSubmission(submission.fields, messages);
  const missing = submission.files.length === 0 ? { [FILES_BLOCK]: messages.noFiles } : {};
  if (Object.keys({ ...errors, ...missing }).length > 0) {
    return { outcome: "errors", errors: { ...errors, ...missing } };
  }
  const { actor, viewId, files } = submission;
  const { teamId, userId } = actor;
  const edit = edits.get(FORM_SUBJECT);
  const claiming = claimUpload(door, {
    intent: "upload",
    ref: formRef({ teamId, viewId }),
    teamId,
    source: { type: "form", viewId, userId, sentAt: isoNow(clock) },
    uploader: userId,
    userId,
    isRequest: true,
    files,
    edits: {
      id: identifySubmission(submission),
      sentAt,
      edits: edit === undefined ? [] : files.map(({ id }) => ({ fileId: id, ...edit })),
    },
  });
  const { outcome } = await door.accept(claiming, (work, claim) => finish(work, viewId, claim));
  return outcome === "unavailable"
    ? { outcome }
    : { outcome: "update", view: renderNoticeModal(messages.modal.uploading, messages) };
}

async function finish(work: WorkPorts, viewId: string, claim: Claim | undefined): Promise<void> {
  if (claim === undefined) {
    return;
  }
  const [{ keepPromise }, { showNotice, showResult }] = await Promise.all([
    import("../uploads/keep-promise.ts"),
    import("./modals.ts"),
  ]);
  try {
    await showResult(work, viewId, await keepPromise(work, claim));
  } catch (error) {
    await showNotice(work, viewId, work.messages.modal.unavailable);
    throw error;
  }
}
