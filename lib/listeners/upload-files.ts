import { isoNow } from "../clock.ts";
import type { ModalView } from "@slack/web-api";
import {
  FILES_BLOCK,
  FORM_SUBJECT,
  renderImageTagsModal,
  renderNoticeModal,
} from "../blocks/modals.ts";
import type { Messages } from "../i18n/en.ts";
import type { Door, WorkPorts } from "../ports.ts";
import { type Claim, claimUpload } from "../records/claim.ts";
import type { UploadRecord } from "../records/record.ts";
import { formRef } from "../records/record-ref.ts";
import type { ViewSubmission } from "../slack/interaction-payloads.ts";
import { renderModalContext } from "./modal-context.ts";
import { toRecordedModalImages } from "./modal-images.ts";
import type { OpenModal } from "./modals.ts";
import { identifySubmission, readTagSubmission } from "./tag-submission.ts";
import type { ViewAnswer } from "./view-answer.ts";

/**
 * Handles the submitted form of the slash command: uploads its files and sends the tags to the
 * app's direct message with the sender. The modal turns into the result of a single file. For
 * several files it turns into tag fields for each, to fill in or close during the upload, because
 * only now does Slack tell which files there are.
 */
export async function onUploadFiles(
  door: Door,
  submission: ViewSubmission,
  sentAt: number,
): Promise<ViewAnswer> {
  const { messages } = await door.settingsFor(undefined);
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
    source: { type: "form", viewId, userId, sentAt: isoNow(door.clock) },
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
  const settled = await door.accept(claiming, (work, claim) =>
    finish(work, { viewId, messages }, claim),
  );
  return settled.outcome === "unavailable"
    ? { outcome: "unavailable" }
    : { outcome: "update", view: renderNext(settled.accepted, messages) };
}

function renderNext(claim: Claim | undefined, messages: Messages): ModalView {
  if (claim === undefined || !hasSecondStep(claim)) {
    return renderNoticeModal(messages.modal.uploading, messages);
  }
  const { ref, record } = claim;
  return renderImageTagsModal(
    {
      notice: messages.modal.uploadingEach,
      images: toRecordedModalImages(record.images),
      privateMetadata: renderModalContext({ ref }),
      // Slack refuses the whole response if it cannot show a preview.
      withPreviews: false,
    },
    messages,
  );
}

function hasSecondStep({ record }: Claim): boolean {
  return record.images.length > 1;
}

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
    if (!hasSecondStep(claim) || isAnswered(claim, record)) {
      await showResult(work, modal.viewId, record);
    }
  } catch (error) {
    if (!hasSecondStep(claim)) {
      await showNotice(work, modal, modal.messages.modal.unavailable);
    }
    throw error;
  }
}

/**
 * Whether the second step was submitted meanwhile. Until then somebody may be typing there, so it
 * must not be replaced.
 */
function isAnswered({ record: before }: Claim, { submissions = [] }: UploadRecord): boolean {
  return submissions.length > (before.submissions?.length ?? 0);
}
