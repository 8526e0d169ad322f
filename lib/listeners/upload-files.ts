import { FILES_BLOCK, FORM_SUBJECT, renderNoticeModal } from "../blocks/modals.ts";
import type { ViewSubmission } from "../slack/interaction-payloads.ts";
import { formRef } from "../storage/object-key.ts";
import type { Claim } from "../uploads/claim-upload.ts";
import type { ListenerContext } from "./context.ts";
import { readTagSubmission } from "./tag-submission.ts";
import type { ViewAnswer } from "./view-answer.ts";

/** The form of the slash command, sent: its files are uploaded, and the tags appear in the same modal. */
export function createUploadFilesListener(context: ListenerContext) {
  const { messages, claims, accept } = context;

  return async function onUploadFiles(submission: ViewSubmission): Promise<ViewAnswer> {
    const { edits, errors } = readTagSubmission(submission.fields, messages);
    const missing = submission.files.length === 0 ? { [FILES_BLOCK]: messages.noFiles } : {};
    if (Object.keys({ ...errors, ...missing }).length > 0) {
      return { outcome: "errors", errors: { ...errors, ...missing } };
    }
    const { actor, viewId, files } = submission;
    const edit = edits.get(FORM_SUBJECT) ?? {};
    const claiming = claims.claim({
      ref: formRef({ teamId: actor.teamId, viewId }),
      teamId: actor.teamId,
      source: { type: "form", viewId },
      uploader: actor.userId,
      requestedBy: actor.userId,
      files,
      edits: files.map(({ id }) => ({ fileId: id, ...edit })),
    });
    const { outcome } = await accept(claiming, (claim) => finish(viewId, claim));
    return outcome === "unavailable"
      ? { outcome }
      : { outcome: "update", view: renderNoticeModal(messages.modal.uploading, messages) };
  };

  async function finish(viewId: string, claim: Claim | undefined): Promise<void> {
    if (claim === undefined) {
      return;
    }
    const { modals, uploadImages } = await context.services();
    try {
      const record = claim.isOurs ? await uploadImages(claim) : claim.stored.record;
      await modals.showResult(viewId, record);
    } catch (error) {
      await modals.showNotice(viewId, messages.modal.unavailable);
      throw error;
    }
  }
}
