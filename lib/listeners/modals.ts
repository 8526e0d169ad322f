import { isoNow } from "../clock.ts";
import type { ModalView } from "@slack/web-api";
import { type ImageTagsModal, renderImageTagsModal, renderNoticeModal } from "../blocks/modals.ts";
import { renderResult } from "../blocks/reply.ts";
import { describeError } from "../logger.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
import { isLeaseAlive, type UploadRecord } from "../records/record.ts";
import { replyOptions } from "../replies/show-reply.ts";
import { isPassing, SlackApiError } from "../slack/api-call.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { tellPrivately, type Whisper } from "./tell-privately.ts";

/** Modals on a person's screen. Losing one loses nothing but the view: failures are logged, not thrown. */

/** Its id, or `undefined` when Slack refused it, mostly for an expired trigger: whoever waits for it is told. */
export async function openModal(
  work: WorkPorts,
  view: ModalView,
  { triggerId, ...person }: ModalOpening,
): Promise<string | undefined> {
  const { slack, clock, logger, messages } = work;
  try {
    return await slack.openView(
      { triggerId, view },
      { deadlineMs: clock.now() + TIME_PLAN.triggerMs },
    );
  } catch (error) {
    logger.warn("modal.failed", { error: describeError(error) });
    const isExpired = error instanceof SlackApiError && EXPIRED_TRIGGER.has(error.code);
    if (isExpired || isPassing(error)) {
      const text = isExpired ? messages.triggerExpired : messages.modal.unavailable;
      await tellPrivately(work, { ...person, text });
    }
    return undefined;
  }
}

/** Who asked for the modal, and in which conversation, as far as there is one. */
export interface ModalOpening extends Omit<Whisper, "text"> {
  triggerId: string;
}

/** Slack's trigger ids live 3 s and work once. */
const EXPIRED_TRIGGER: ReadonlySet<string> = new Set([
  "exchanged_trigger_id",
  "expired_trigger_id",
  "trigger_exchanged",
  "trigger_expired",
]);

/** With previews where Slack can show every one of them. */
export async function showImageTags(
  work: WorkPorts,
  viewId: string,
  modal: Omit<ImageTagsModal, "withPreviews">,
): Promise<void> {
  const render = (withPreviews: boolean) =>
    renderImageTagsModal({ ...modal, withPreviews }, work.messages);
  const refusal = await updateModal(work, viewId, render(true));
  if (refusal !== undefined && REFUSED_VIEW.has(refusal)) {
    await updateModal(work, viewId, render(false));
  }
}

export async function showNotice(work: WorkPorts, viewId: string, sentence: string): Promise<void> {
  await updateModal(work, viewId, renderNoticeModal(sentence, work.messages));
}

export async function showResult(
  work: WorkPorts,
  viewId: string,
  record: UploadRecord,
): Promise<void> {
  await updateModal(work, viewId, renderRecord(work, record));
}

/** The tags, ready to copy; or that they are still to come. */
export function renderRecord(ports: AnswerPorts, record: UploadRecord): ModalView {
  const { messages, clock } = ports;
  const isUploading = isLeaseAlive(record, isoNow(clock));
  const content = isUploading
    ? messages.modal.stillUploading
    : renderResult(record.images, replyOptions(ports, record));
  return renderNoticeModal(content, messages);
}

/** Slack says the one or the other of a preview that it cannot show. */
const REFUSED_VIEW: ReadonlySet<string> = new Set(["invalid_arguments", "invalid_blocks"]);

/** Slack's error, if any. `not_found` is no fault: the person has closed the modal. */
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
