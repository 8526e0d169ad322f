import { inspectActionValue } from "../blocks/action-value.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { recordKey } from "../storage/object-key.ts";
import type { Deletion } from "../uploads/delete-image.ts";
import { RecordConflictError } from "../uploads/record-store.ts";
import { type ListenerContext, replyDeadline, tellPrivately } from "./context.ts";

/** "Delete" under an image of a reply, confirmed in Slack's own dialog. */
export function createDeleteImageListener(context: ListenerContext) {
  const { config, messages } = context;

  return async function onDeleteImage(action: BlockAction): Promise<void> {
    const target = inspectActionValue(action.value);
    const { userId } = action.actor;
    try {
      const { deleteImage } = await context.services();
      const key = recordKey(config.statePrefix, target?.ref ?? "");
      const image = { key, fileId: target?.fileId ?? "", userId };
      const deletion = await deleteImage(image, { deadlineMs: replyDeadline(context.clock) });
      await tell(action, deletion);
    } catch (error) {
      const text = error instanceof RecordConflictError ? messages.conflict : messages.notDone;
      await tellPrivately(context, { ...action, userId, text });
      throw error;
    }
  };

  async function tell(action: BlockAction, deletion: Deletion): Promise<void> {
    const sentences: Readonly<Record<Deletion, string | undefined>> = {
      deleted: undefined,
      not_allowed: messages.notAllowedToDelete,
      unknown: messages.recordGone,
    };
    const text = sentences[deletion];
    if (text !== undefined) {
      await tellPrivately(context, { ...action, userId: action.actor.userId, text });
    }
  }
}
