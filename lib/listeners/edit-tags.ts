import { inspectActionValue } from "../blocks/action-value.ts";
import { renderNoticeModal } from "../blocks/modals.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { channelOf, recordKey, type RecordRef } from "../storage/object-key.ts";
import { type ListenerContext, replyDeadline } from "./context.ts";
import { homeOf, renderModalContext } from "./modal-context.ts";
import { toModalImages, toRecordedModalImages } from "./modal-images.ts";

/** "Edit link & description" under an image of a reply. */
export function createEditTagsListener(context: ListenerContext) {
  const { config, messages, records, clock } = context;

  return async function onEditTags(action: BlockAction): Promise<void> {
    const target = inspectActionValue(action.value);
    const { modals } = await context.services();
    // The trigger lives 3 s: the values follow.
    const loading = renderNoticeModal(messages.modal.loading, messages);
    const viewId = await modals.open(action.triggerId, loading);
    if (viewId === undefined) {
      return;
    }
    const { ref = "", fileId = "" } = target ?? {};
    try {
      await showImage(viewId, { action, ref, fileId });
    } catch (error) {
      await modals.showNotice(viewId, messages.modal.unavailable);
      throw error;
    }
  };

  async function showImage(viewId: string, edited: EditedImage): Promise<void> {
    const { modals } = await context.services();
    const { ref, fileId } = edited;
    const stored = await records.read(recordKey(config.statePrefix, ref));
    const known = stored?.record.images.filter((image) => image.fileId === fileId) ?? [];
    const images = toRecordedModalImages(known);
    if (images.length > 0) {
      const privateMetadata = renderModalContext({ ref });
      await modals.showImageTags(viewId, { images, privateMetadata });
    } else if (known.length > 0) {
      await modals.showNotice(viewId, messages.modal.deleted);
    } else {
      await offerUpload(viewId, edited);
    }
  }

  /** Nothing is known of the image any more: the same modal uploads it again, if Slack still has it. */
  async function offerUpload(viewId: string, { action, ref, fileId }: EditedImage): Promise<void> {
    const { modals, slack } = await context.services();
    const channelId = channelOf(ref);
    const [, teamId = "", , ts = ""] = ref.split("/");
    if (channelId === undefined || fileId === "") {
      await modals.showNotice(viewId, messages.modal.recordGone);
      return;
    }
    try {
      const file = await slack.fileInfo(fileId, { deadlineMs: replyDeadline(clock) });
      const upload = {
        teamId,
        channelId,
        ts,
        threadTs: action.threadTs ?? ts,
        ...homeOf(action.actor),
        fileIds: [fileId],
      };
      await modals.showImageTags(viewId, {
        notice: messages.modal.recordGone,
        images: toModalImages([file]),
        privateMetadata: renderModalContext({ ref, upload }),
      });
    } catch (error) {
      if (!(error instanceof SlackApiError)) {
        throw error;
      }
      await modals.showNotice(viewId, messages.modal.recordGone);
    }
  }
}

interface EditedImage {
  action: BlockAction;
  ref: RecordRef;
  fileId: string;
}
