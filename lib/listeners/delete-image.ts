import { type ActionTarget, inspectActionValue } from "../blocks/action-value.ts";
import type { Door, WorkPorts } from "../ports.ts";
import { amendRecord, type Claim } from "../records/claim.ts";
import { mayDelete } from "../records/record.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import { acceptAction, tellActor } from "./accept-action.ts";
import type { Outcome } from "./message.ts";

/**
 * Handles "Delete" under an image, which Slack's dialog has already confirmed. The deletion is
 * stored before the response.
 */
export async function onDeleteImage(door: Door, action: BlockAction): Promise<Outcome> {
  const target = inspectActionValue(action.value);
  const { userId } = action.actor;
  const deletion = { intent: "deletion", userId, deletedFileId: target?.fileId ?? "" } as const;
  const amending = target === undefined ? NOTHING : amendRecord(door, target.ref, deletion);
  return acceptAction(door, action, {
    amending,
    async work(work, claim) {
      const refusal = refuse(work, { claim, target, userId });
      if (refusal !== undefined) {
        await tellActor(work, action, (messages) => messages[refusal]);
      } else if (claim !== undefined) {
        const { keepPromise } = await import("../uploads/keep-promise.ts");
        await keepPromise(work, claim);
      }
    },
  });
}

const NOTHING = Promise.resolve(undefined);

interface AskedDeletion {
  claim: Claim | undefined;
  target: ActionTarget | undefined;
  userId: string;
}

/** Returns a sentence that says why nothing is deleted, if so. */
function refuse(
  { config }: WorkPorts,
  { claim, target, userId }: AskedDeletion,
): "recordGone" | "notAllowedToDelete" | undefined {
  const fileId = target?.fileId ?? "";
  if (claim?.record.images.some((image) => image.fileId === fileId) !== true) {
    return "recordGone";
  }
  const { adminUserIds } = config;
  return mayDelete(claim.record, { fileId, userId, adminUserIds })
    ? undefined
    : "notAllowedToDelete";
}
