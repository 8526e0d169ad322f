import { renderImageTagsModal, renderNoticeModal } from "../blocks/modals.ts";
import type { WorkPorts } from "../ports.ts";
import { messageRef } from "../records/record-ref.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { mayBeImage } from "../slack/file.ts";
import type { MessageShortcut } from "../slack/interaction-payloads.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { isFreshSource, whileFresh } from "../uploads/while-fresh.ts";
import { homeOf, type ModalContext, renderModalContext } from "./modal-context.ts";
import { toModalImages, toRecordedModalImages } from "./modal-images.ts";
import { openModal, showImageTags, showNotice } from "./modals.ts";

/**
 * Handles "Upload to S3" on any message: opens a modal with its images, which uploads or edits them
 * on submission.
 */
export async function onMessageShortcut(work: WorkPorts, shortcut: MessageShortcut): Promise<void> {
  const { triggerId, channelId, actor, responseUrl } = shortcut;
  const { threadTs } = shortcut.message;
  const opening = { triggerId, channelId, threadTs, responseUrl, userId: actor.userId };
  const { messages } = await work.settingsFor(channelId);
  const files = shortcut.message.files.filter(mayBeImage);
  if (files.length === 0) {
    const notice = renderNoticeModal(messages.modal.noImages, messages);
    await openModal(work, notice, opening);
    return;
  }
  const modalContext = toModalContext(
    shortcut,
    files.map(({ id }) => id),
  );
  const privateMetadata = renderModalContext(modalContext);
  // The trigger lives only 3 s, so the modal first shows what the payload contains, and the rest
  // follows.
  const modal = { images: toModalImages(files), privateMetadata };
  const view = renderImageTagsModal({ ...modal, withPreviews: false }, messages);
  const viewId = await openModal(work, view, opening);
  if (viewId === undefined) {
    return;
  }
  const opened = { viewId, messages };
  const stored = await work.records.read(modalContext.ref);
  if (stored !== undefined) {
    const images = toRecordedModalImages(stored.record.images);
    await (images.length === 0
      ? showNotice(work, opened, messages.modal.deleted)
      : showImageTags(work, opened, { images, privateMetadata }));
  } else if (await isOutOfSight(work, shortcut)) {
    await showNotice(work, opened, messages.modal.notInvited);
  } else {
    await showImageTags(work, opened, modal);
  }
}

/**
 * Whether the app cannot see the file. Slack hides it from an app that is in none of its
 * conversations, and a new file from everybody for a moment.
 */
async function isOutOfSight(work: WorkPorts, { message }: MessageShortcut): Promise<boolean> {
  const { slack, clock } = work;
  const deadlineMs = clock.now() + TIME_PLAN.patienceMs;
  const fileId = message.files.find(mayBeImage)?.id ?? "";
  try {
    await whileFresh(work, isFreshSource(work, Number(message.ts) * 1000), () =>
      slack.fileInfo(fileId, { deadlineMs }),
    );
    return false;
  } catch (error) {
    return error instanceof SlackApiError && INVISIBLE.has(error.code);
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
