import type { Attempt } from "../delivery/outgoing-request.ts";
import type { JsonObject } from "../json.ts";
import type { EphemeralMessage, Slack, View } from "../state/slack.ts";
import type { User } from "../state/workspace.ts";

/** What a person sees once the app has answered. What the app does after its ack shows up later: ask again. */
export interface Seen {
  /** The app's answer; missing when Slack itself stopped the person. */
  ack?: Attempt;
  /** The sentence that Slack shows when the answer failed, with the reason in brackets. */
  problem?: string;
  /** The dialog that the person had to confirm. */
  confirm?: JsonObject;
  /** The modal in front. */
  view?: View;
  /** `block_id` → the sentence under that field. */
  errors: Record<string, string>;
  /** What only this person sees in the conversation, new since they acted. */
  ephemerals: EphemeralMessage[];
}

/** Lets `act` happen and looks at the person's screen afterwards. */
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

/** A copy of the modal in front of this person. */
export function viewOf({ state }: Slack, userId: string): View | undefined {
  const view = state.modals.get(userId)?.at(-1);
  return view === undefined ? undefined : structuredClone(view);
}
