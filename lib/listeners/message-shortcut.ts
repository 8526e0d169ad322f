import { renderImageTagsModal, renderNoticeModal } from "../blocks/modals.ts";
import { mayBeImage } from "../slack/file.ts";
import type { MessageShortcut } from "../slack/interaction-payloads.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { messageRef, recordKey } from "../storage/object-key.ts";
import { type ListenerContext, replyDeadline, type Services } from "./context.ts";
import { homeOf, type ModalContext, renderModalContext } from "./modal-context.ts";
import { toModalImages, toRecordedModalImages } from "./modal-images.ts";

/** "Upload to S3" on any message: a modal with its images, which uploads or edits them when it is sent. */
export function createMessageShortcutListener(context: ListenerContext) {
  const { config, messages, records, clock } = context;

  return async function onMessageShortcut(shortcut: MessageShortcut): Promise<void> {
    const { modals, slack } = await context.services();
    const files = shortcut.message.files.filter(mayBeImage);
    if (files.length === 0) {
      await modals.open(shortcut.triggerId, renderNoticeModal(messages.modal.noImages, messages));
      return;
    }
    const modalContext = toModalContext(
      shortcut,
      files.map(({ id }) => id),
    );
    const privateMetadata = renderModalContext(modalContext);
    // The trigger lives 3 s: what the payload says is shown at once, what has to be asked for follows.
    const modal = { images: toModalImages(files), privateMetadata };
    const view = renderImageTagsModal({ ...modal, withPreviews: false }, messages);
    const viewId = await modals.open(shortcut.triggerId, view);
    if (viewId === undefined) {
      return;
    }
    const stored = await records.read(recordKey(config.statePrefix, modalContext.ref));
    if (stored !== undefined) {
      const images = toRecordedModalImages(stored.record.images);
      await (images.length === 0
        ? modals.showNotice(viewId, messages.modal.deleted)
        : modals.showImageTags(viewId, { images, privateMetadata }));
    } else if (await isOutOfSight(files[0]?.id ?? "", slack)) {
      await modals.showNotice(viewId, messages.modal.notInvited);
    } else {
      await modals.showImageTags(viewId, modal);
    }
  };

  /** Slack hides a file from an app that is in none of its conversations. */
  async function isOutOfSight(fileId: string, slack: Services["slack"]): Promise<boolean> {
    try {
      await slack.fileInfo(fileId, { deadlineMs: replyDeadline(clock) });
      return false;
    } catch (error) {
      return error instanceof SlackApiError && INVISIBLE.has(error.code);
    }
  }
}

const INVISIBLE: ReadonlySet<string> = new Set([
  "file_not_found",
  "access_denied",
  "no_permission",
  "channel_not_found",
  "not_in_channel",
]);

function toModalContext(
  { actor, channelId, message }: MessageShortcut,
  fileIds: string[],
): ModalContext {
  const { teamId } = actor;
  const { ts, threadTs = ts, userId } = message;
  return {
    ref: messageRef({ teamId, channelId, ts }),
    upload: {
      teamId,
      channelId,
      ts,
      threadTs,
      ...(userId !== undefined && { uploader: userId }),
      ...homeOf(actor),
      fileIds,
    },
  };
}
