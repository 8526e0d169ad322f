import type { Attempt } from "../delivery/outgoing-request.ts";
import type { JsonObject } from "../json.ts";
import type { EphemeralMessage, Slack, View } from "../state/slack.ts";
import type { User } from "../state/workspace.ts";

/** A person's screen right after the app's answer. Later changes need another look. */
export interface Seen {
  /** The app's answer. Missing if Slack itself stopped the person. */
  ack?: Attempt;
  /** Slack's sentence about a failed answer, with the reason in brackets. */
  problem?: string;
  /** The dialog that asked the person to confirm. */
  confirm?: JsonObject;
  view?: View;
  /** The sentences under fields, by `block_id`. */
  errors: Record<string, string>;
  /** New messages that only this person sees. */
  ephemerals: EphemeralMessage[];
}

/** Runs `act` and returns the person's screen afterwards. */
export async function watch(
  slack: Slack,
  user: User,
  act: () => Promise<Partial<Seen>>,
): Promise<Seen> {
  const before = new Set(slack.state.ephemerals);
  const result = await act();
  const view = viewOf(slack, user.id);
  return {
    ...result,
    ...(view === undefined ? {} : { view }),
    errors: result.errors ?? {},
    ephemerals: slack.state.ephemerals.filter((one) => one.to === user.id && !before.has(one)),
  };
}

/** A copy of this person's front modal. */
export function viewOf({ state }: Slack, userId: string): View | undefined {
  const view = state.modals.get(userId)?.at(-1);
  return view === undefined ? undefined : structuredClone(view);
}
