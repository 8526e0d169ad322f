import type { ModalView } from "@slack/web-api";
import { type ImageTagsModal, renderImageTagsModal, renderNoticeModal } from "../blocks/modals.ts";
import { renderResult, type ReplyOptions } from "../blocks/reply.ts";
import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";
import { SlackApiError } from "../slack/api-call.ts";
import type { SlackClient } from "../slack/web-client.ts";
import type { UploadRecord } from "../uploads/record.ts";
import { replyDeadline } from "./context.ts";

/** Modals on a person's screen. Losing one loses nothing but the view: failures are logged, not thrown. */
export interface Modals {
  /** Its id, or `undefined` when Slack refused it: mostly an expired trigger. */
  open(triggerId: string, view: ModalView): Promise<string | undefined>;
  update(viewId: string, view: ModalView): Promise<void>;
  /** With previews where Slack can show every one of them. */
  showImageTags(viewId: string, modal: Omit<ImageTagsModal, "withPreviews">): Promise<void>;
  showNotice(viewId: string, sentence: string): Promise<void>;
  /** The tags, ready to copy; or that they are still to come. */
  renderResult(record: UploadRecord): ModalView;
  showResult(viewId: string, record: UploadRecord): Promise<void>;
}

/** Slack says the one or the other of a preview that it cannot show. */
const REFUSED_VIEW: ReadonlySet<string> = new Set(["invalid_arguments", "invalid_blocks"]);

export function createModals(dependencies: {
  slack: SlackClient;
  reply: Omit<ReplyOptions, "ref">;
  clock: Clock;
  logger: Logger;
}): Modals {
  const { slack, reply, clock, logger } = dependencies;
  const { messages } = reply;

  async function update(viewId: string, view: ModalView): Promise<void> {
    await tryUpdate(viewId, view);
  }

  /** Slack's error, if any. */
  async function tryUpdate(viewId: string, view: ModalView): Promise<string | undefined> {
    try {
      await slack.updateView({ viewId, view }, { deadlineMs: replyDeadline(clock) });
      return undefined;
    } catch (error) {
      logger.warn("modal.failed", { view: viewId, error: describeError(error) });
      return error instanceof SlackApiError ? error.code : "unknown";
    }
  }

  function renderRecord({ state, images }: UploadRecord): ModalView {
    const content = state === "done" ? renderResult(images, reply) : messages.modal.stillUploading;
    return renderNoticeModal(content, messages);
  }

  return {
    async open(triggerId, view) {
      try {
        return await slack.openView({ triggerId, view }, { deadlineMs: clock.now() });
      } catch (error) {
        logger.warn("modal.failed", { error: describeError(error) });
        return undefined;
      }
    },
    update,
    async showImageTags(viewId, modal) {
      const render = (withPreviews: boolean) =>
        renderImageTagsModal({ ...modal, withPreviews }, messages);
      const refusal = await tryUpdate(viewId, render(true));
      if (refusal !== undefined && REFUSED_VIEW.has(refusal)) {
        await update(viewId, render(false));
      }
    },
    showNotice: (viewId, sentence) => update(viewId, renderNoticeModal(sentence, messages)),
    renderResult: renderRecord,
    showResult: (viewId, record) => update(viewId, renderRecord(record)),
  };
}
