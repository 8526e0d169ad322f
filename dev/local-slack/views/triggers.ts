import { randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { Slack, Trigger } from "../state/slack.ts";

/** A `trigger_id` expires after this time. */
const LIFETIME_MS = 3000;

export function issueTrigger({ state, clock, workspace }: Slack, userId: string): string {
  const number = 10_000_000 + clock.nextNumber();
  const id = `${number}.${workspace.teamId.length}.${randomBytes(16).toString("hex")}`;
  state.triggers.set(id, { userId, issuedAtMs: clock.nowMs(), isUsed: false });
  return id;
}

/** The errors are those of docs.slack.dev/reference/methods/views.open. */
export function requireTrigger({ state, clock }: Slack, id: string): Trigger {
  const trigger = state.triggers.get(id);
  if (trigger === undefined) {
    throw new Refusal("invalid_trigger_id");
  }
  if (trigger.isUsed) {
    throw new Refusal("exchanged_trigger_id");
  }
  if (clock.nowMs() - trigger.issuedAtMs > LIFETIME_MS) {
    throw new Refusal("expired_trigger_id");
  }
  return trigger;
}
