import type { Door, WorkPorts } from "../ports.ts";
import type { Claim } from "../records/claim.ts";
import { RecordConflictError } from "../records/record-store.ts";
import type { BlockAction } from "../slack/interaction-payloads.ts";
import type { Outcome } from "./message.ts";
import { tellPrivately, type Whisper } from "./tell-privately.ts";

/**
 * Accepts a button's promise. If the record keeps changing, the person is told so and nothing is
 * stored.
 */
export async function acceptAction(
  door: Door,
  action: BlockAction,
  {
    amending,
    work,
  }: {
    amending: Promise<Claim | undefined>;
    work: (ports: WorkPorts, claim: Claim | undefined) => Promise<void>;
  },
): Promise<Outcome> {
  const settled = await door.accept(amending, work);
  if (settled.outcome === "unavailable" && settled.error instanceof RecordConflictError) {
    await door.inBackground((ports) => tellActor(ports, action, ({ conflict }) => conflict));
    return "accepted";
  }
  return settled.outcome;
}

/** Only the person who pressed the button sees the text. */
export function tellActor(
  work: WorkPorts,
  action: BlockAction,
  say: Whisper["say"],
): Promise<void> {
  return tellPrivately(work, { ...action, userId: action.actor.userId, say });
}
