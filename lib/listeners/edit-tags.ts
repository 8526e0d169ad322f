import { ACTIONS, inspectActionValue } from "../blocks/action-value.ts";
import { renderNoticeModal } from "../blocks/modals.ts";
import type { WorkPorts } from "../ports.ts";
import { channelOf, type RecordRef } from "../records/record-ref.ts";
import { SlackApiError } from "../slack/api-call.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { homeOf, renderModalContext } from "./modal-context.ts";
import { toModalImages, toRecordedModalImages } from "./modal-images.ts";
import { isMember } from "./stranger.ts";
import { type OpenModal, openModal, showImageTags, showNotice } from "./modals.ts";

/** Handles "Edit link & description" under an image. */
export async function onEditTags(work: WorkPorts, action: BlockAction): Promise<void> {
  const target = inspectActionValue(action.value);
  const { messages } = await work.settingsFor(target && channelOf(target.ref));
  const { modal } = messages;
  // The trigger lives only 3 s, so the modal opens first and the values follow.
  const loading = renderNoticeModal(modal.loading, messages);
  const { userId } = action.actor;
  const viewId = await openModal(work, loading, { ...action, userId });
  if (viewId === undefined) {
    return;
  }
  const opened = { viewId, messages };
  if (target?.fileId === undefined) {
    await showNotice(work, opened, modal.recordGone);
    return;
  }
  try {
    await showImage(work, opened, { action, ref: target.ref, fileId: target.fileId });
  } catch (error) {
    await showNotice(work, opened, modal.unavailable);
    throw error;
  }
}

interface EditedImage {
  action: BlockAction;
  ref: RecordRef;
  fileId: string;
}

async function showImage(work: WorkPorts, opened: OpenModal, edited: EditedImage): Promise<void> {
  const { ref, fileId } = edited;
  const stored = await work.records.read(ref);
  const { actor } = edited.action;
  if (stored !== undefined && !isMember(work, actor, stored.record)) {
    work.logger.info("interaction.refused", { action: ACTIONS.editTags, user: actor.userId });
    await showNotice(work, opened, opened.messages.membersOnly);
    return;
  }
  const known = stored?.record.images.filter((image) => image.fileId === fileId) ?? [];
  const images = toRecordedModalImages(known);
  if (images.length > 0) {
    const privateMetadata = renderModalContext({ ref });
    await showImageTags(work, opened, { images, privateMetadata });
  } else if (known.length > 0) {
    await showNotice(work, opened, opened.messages.modal.deleted);
  } else if (actor.standing === "untold") {
    await showNotice(work, opened, opened.messages.modal.recordGone);
  } else {
    await offerUpload(work, opened, edited);
  }
}

/**
 * Offers to upload the image again in the same modal, because its record is gone, if Slack still
 * has the file.
 */
async function offerUpload(
  work: WorkPorts,
  opened: OpenModal,
  { action, ref, fileId }: EditedImage,
): Promise<void> {
  const { slack, clock } = work;
  const { recordGone } = opened.messages.modal;
  const channelId = channelOf(ref);
  const [, teamId = "", , ts = ""] = ref.split("/");
  if (channelId === undefined) {
    await showNotice(work, opened, recordGone);
    return;
  }
  try {
    const file = await slack.fileInfo(fileId, { deadlineMs: clock.now() + TIME_PLAN.patienceMs });
    const upload = {
      teamId,
      channelId,
      ts,
      threadTs: action.threadTs ?? ts,
      ...homeOf(action.actor),
      fileIds: [fileId],
    };
    await showImageTags(work, opened, {
      notice: recordGone,
      images: toModalImages([file]),
      privateMetadata: renderModalContext({ ref, upload }),
    });
  } catch (error) {
    if (!(error instanceof SlackApiError)) {
      throw error;
    }
    await showNotice(work, opened, recordGone);
  }
}
