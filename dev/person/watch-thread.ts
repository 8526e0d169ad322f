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

/** The thread, once it shows what came of the press, or once the person was told something. */
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

/** Uploading again takes "Retry" away; then it is back, or more images than before have buttons. */
function isRetried(before: readonly Message[], now: readonly Message[]): boolean {
  const count = (thread: readonly Message[], actionId: string) =>
    findButtons(thread, actionId).length;
  return (
    count(now, ACTIONS.retryUpload) >= count(before, ACTIONS.retryUpload) ||
    count(now, ACTIONS.editTags) > count(before, ACTIONS.editTags)
  );
}

/** The thread, once it has every tag that the modal turned into. */
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
