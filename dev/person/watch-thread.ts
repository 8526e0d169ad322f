import { isDeepStrictEqual } from "node:util";
import { ACTIONS } from "../../lib/blocks/action-value.ts";
import type { Message, View } from "../control/slack-answers.ts";
import type { SlackControl } from "../control/slack-control.ts";
import { tagsIn } from "../terminal/render-block.ts";
import { renderAck, renderWhispers } from "../terminal/render-seen.ts";
import { findButtons, type Press, type Target } from "./find-target.ts";
import { waitFor } from "./wait-for.ts";

export function press(
  slack: SlackControl,
  { target, pressed, user }: Press & { user: string | undefined },
) {
  const { ts, button } = pressed;
  const { action_id: actionId, value } = button;
  return slack.press({ channel: target.channel.id, ts, actionId, value, user });
}

/** Presses a button and waits until the thread shows the result, or the app answers this person privately. */
export async function pressAndWait(
  slack: SlackControl,
  use: Press & { user: string | undefined; action: string; print: (text: string) => void },
): Promise<Message[]> {
  const { target, pressed, user, action, print } = use;
  const told = (await slack.ephemerals(user)).length;
  const before = await threadOf(slack, target);
  const seen = await press(slack, use);
  print(action + renderAck(seen));
  const isFinished = (thread: readonly Message[]) =>
    pressed.button.action_id !== ACTIONS.retryUpload || isRetried(before, thread);
  let isChanged = false;
  const look = async () => ({
    thread: await threadOf(slack, target),
    whispers: (await slack.ephemerals(user)).slice(told),
  });
  const { thread, whispers } = await waitFor(
    look,
    (now) => {
      isChanged ||= !isDeepStrictEqual(now.thread, before);
      return now.whispers.length > 0 || (isChanged && isFinished(now.thread));
    },
    "A change in the thread",
  );
  if (whispers.length > 0) {
    print(renderWhispers(whispers));
  }
  return thread;
}

/** A retry removes the "Retry" button. It is over when the button is back, or when more images have buttons. */
function isRetried(before: readonly Message[], now: readonly Message[]): boolean {
  const count = (thread: readonly Message[], actionId: string) =>
    findButtons(thread, actionId).length;
  return (
    count(now, ACTIONS.retryUpload) >= count(before, ACTIONS.retryUpload) ||
    count(now, ACTIONS.editTags) > count(before, ACTIONS.editTags)
  );
}

/** Waits until the thread has every tag that the modal shows. */
export function waitForTags(
  slack: SlackControl,
  { target, modal }: { target: Target; modal: View | undefined },
): Promise<Message[]> {
  const tags = tagsIn(modal?.blocks);
  return waitFor(
    () => threadOf(slack, target),
    (thread) => {
      const shown = new Set(thread.flatMap(({ blocks }) => tagsIn(blocks)));
      return tags.every((tag) => shown.has(tag));
    },
    "The new tag in the thread",
  );
}

function threadOf(slack: SlackControl, { channel, message }: Target): Promise<Message[]> {
  return slack.thread(channel.id, message.thread_ts ?? message.ts);
}
