import { inspectActionValue } from "../blocks/action-value.ts";
import type { Door } from "../ports.ts";
import { amendRecord } from "../records/claim.ts";
import { RecordConflictError } from "../records/record-store.ts";
import type { RecordImage } from "../records/record.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import type { Outcome } from "./message.ts";
import { tellPrivately } from "./tell-privately.ts";

/** "Retry" under a reply with failed images: whoever presses first uploads them, in the same reply. */
export async function onRetryUpload(door: Door, action: BlockAction): Promise<Outcome> {
  const target = inspectActionValue(action.value);
  if (target === undefined) {
    return "ignored";
  }
  const { userId } = action.actor;
  const tell = (text: string) => ({ ...action, userId, text });
  const amending = amendRecord(door, target.ref, { intent: "retry", userId, isRetried });
  const settled = await door.accept(amending, async (work, claim) => {
    const { keepPromise } = await import("../uploads/keep-promise.ts");
    await (claim === undefined
      ? tellPrivately(work, tell(door.messages.recordGone))
      : keepPromise(work, claim));
  });
  if (settled.outcome === "unavailable" && settled.error instanceof RecordConflictError) {
    await door.inBackground((work) => tellPrivately(work, tell(door.messages.conflict)));
    return "accepted";
  }
  return settled.outcome;
}

/** The reply shows that an upload failed a moment before the record does. */
function isRetried({ state }: RecordImage): boolean {
  return state === "failed" || state === "pending";
}
