import { inspectActionValue } from "../blocks/action-value.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { RecordConflictError } from "../uploads/record-store.ts";
import { type ListenerContext, tellPrivately } from "./context.ts";
import type { MessageOutcome } from "./message.ts";

/** "Retry" under a reply with failed images: whoever presses first uploads them, in the same reply. */
export function createRetryUploadListener(context: ListenerContext) {
  const { messages, claims, accept, inBackground } = context;

  return async function onRetryUpload(action: BlockAction): Promise<MessageOutcome> {
    const target = inspectActionValue(action.value);
    if (target === undefined) {
      return "ignored";
    }
    const amending = claims.amend(target.ref, { retryFailed: true });
    const settled = await accept(amending, async (claim) => {
      if (claim === undefined) {
        await tell(action, messages.recordGone);
      } else if (claim.isOurs) {
        const { uploadImages } = await context.services();
        await uploadImages(claim);
      }
    });
    if (settled.outcome === "unavailable" && settled.error instanceof RecordConflictError) {
      await inBackground(() => tell(action, messages.conflict));
      return "accepted";
    }
    return settled.outcome;
  };

  function tell(action: BlockAction, text: string): Promise<void> {
    return tellPrivately(context, { ...action, userId: action.actor.userId, text });
  }
}
