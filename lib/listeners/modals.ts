import { isoNow } from "../clock.ts";
import type { ModalView } from "@slack/web-api";
import { type ImageTagsModal, renderImageTagsModal, renderNoticeModal } from "../blocks/modals.ts";
import { renderResult } from "../blocks/reply.ts";
import type { Messages } from "../i18n/en.ts";
import { describeError } from "../logger.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
import { isLeaseAlive, type UploadRecord } from "../records/record.ts";
import { replyOptions } from "../replies/show-reply.ts";
import { isPassing, SlackApiError } from "../slack/api-call.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { tellPrivately, type Whisper } from "./tell-privately.ts";

/** Modals on a person's screen. A failure loses only the view, so it is logged, not thrown. */

/**
 * Opens a modal and returns its id. `undefined`: Slack refused, usually because the trigger
 * expired, and the person is told.
 */
export async function openModal(
  work: WorkPorts,
  view: ModalView,
  { triggerId, ...person }: ModalOpening,
): Promise<string | undefined> {
  const { slack, clock, logger } = work;
  try {
    return await slack.openView(
      { triggerId, view },
      { deadlineMs: clock.now() + TIME_PLAN.triggerMs },
    );
  } catch (error) {
    logger.warn("modal.failed", { error: describeError(error) });
    const isExpired = error instanceof SlackApiError && EXPIRED_TRIGGER.has(error.code);
    if (isExpired || isPassing(error)) {
      const say = ({ triggerExpired, modal }: Messages) =>
        isExpired ? triggerExpired : modal.unavailable;
      await tellPrivately(work, { ...person, say });
    }
    return undefined;
  }
}

/** The person who asked for the modal, and the conversation, if there is one. */
export interface ModalOpening extends Omit<Whisper, "say"> {
  triggerId: string;
}

/** Slack's trigger ids live 3 s and work once. */
const EXPIRED_TRIGGER: ReadonlySet<string> = new Set([
  "exchanged_trigger_id",
  "expired_trigger_id",
  "trigger_exchanged",
  "trigger_expired",
]);

/** A modal that is open, in the language of its conversation. */
export interface OpenModal {
  viewId: string;
  messages: Messages;
}

/** Shows previews unless Slack cannot show one of them. */
export async function showImageTags(
  work: WorkPorts,
  { viewId, messages }: OpenModal,
  modal: Omit<ImageTagsModal, "withPreviews">,
): Promise<void> {
  const render = (withPreviews: boolean) =>
    renderImageTagsModal({ ...modal, withPreviews }, messages);
  const refusal = await updateModal(work, viewId, render(true));
  if (refusal !== undefined && REFUSED_VIEW.has(refusal)) {
    await updateModal(work, viewId, render(false));
  }
}

export async function showNotice(
  work: WorkPorts,
  { viewId, messages }: OpenModal,
  sentence: string,
): Promise<void> {
  await updateModal(work, viewId, renderNoticeModal(sentence, messages));
}

export async function showResult(
  work: WorkPorts,
  viewId: string,
  record: UploadRecord,
): Promise<void> {
  await updateModal(work, viewId, await renderRecord(work, record));
}

/** Shows the tags, ready to copy, or says that the upload is still in progress. */
export async function renderRecord(ports: AnswerPorts, record: UploadRecord): Promise<ModalView> {
  const options = await replyOptions(ports, record);
  const { messages } = options;
  const content = isLeaseAlive(record, isoNow(ports.clock))
    ? messages.modal.stillUploading
    : renderResult(record.images, options);
  return renderNoticeModal(content, messages);
}

/** The errors that Slack gives for a preview it cannot show. */
const REFUSED_VIEW: ReadonlySet<string> = new Set(["invalid_arguments", "invalid_blocks"]);

/** Returns Slack's error, if any. `not_found` only means that the person has closed the modal. */
async function updateModal(
  { slack, clock, logger }: WorkPorts,
  viewId: string,
  view: ModalView,
): Promise<string | undefined> {
  try {
    await slack.updateView({ viewId, view }, { deadlineMs: clock.now() + TIME_PLAN.patienceMs });
    return undefined;
  } catch (error) {
    const code = error instanceof SlackApiError ? error.code : "unknown";
    if (code !== "not_found") {
      logger.warn("modal.failed", { view: viewId, error: describeError(error) });
    }
    return code;
  }
}
