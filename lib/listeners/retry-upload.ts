import { inspectActionValue } from "../blocks/action-value.ts";
import type { Door } from "../ports.ts";
import { amendRecord } from "../records/claim.ts";
import type { RecordImage } from "../records/record.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { acceptAction, tellActor } from "./accept-action.ts";
import type { Outcome } from "./message.ts";

/**
 * Handles "Retry" under a reply with failed images. The first person to press it starts the upload,
 * shown in the same reply.
 */
export async function onRetryUpload(door: Door, action: BlockAction): Promise<Outcome> {
  const target = inspectActionValue(action.value);
  if (target === undefined) {
    return "ignored";
  }
  const { userId } = action.actor;
  const amending = amendRecord(door, target.ref, { intent: "retry", userId, isRetried });
  return acceptAction(door, action, {
    amending,
    async work(work, claim) {
      const { keepPromise } = await import("../uploads/keep-promise.ts");
      await (claim === undefined
        ? tellActor(work, action, ({ recordGone }) => recordGone)
        : keepPromise(work, claim));
    },
  });
}

/** The reply shows a failure a moment before the record does, so pending images count too. */
function isRetried({ state }: RecordImage): boolean {
  return state === "failed" || state === "pending";
}
