import { ACTIONS, inspectActionValue } from "../lib/blocks/action-value.ts";
import { findImage, findTarget, type Target } from "./find-image.ts";
import { type Button, buttonsIn } from "./print-block.ts";
import type { File, Message } from "./slack-answers.ts";
import type { SlackControl } from "./slack-control.ts";

export interface FoundButton {
  /** Of the reply that has the button. */
  ts: string;
  button: Button;
}

/** The app's buttons of one kind among these messages, oldest first. */
export function findButtons(messages: readonly Message[], actionId: string): FoundButton[] {
  return messages.flatMap(({ ts, blocks }) =>
    buttonsIn(blocks)
      .filter((button) => button.action_id === actionId)
      .map((button) => ({ ts, button })),
  );
}

export interface PressedImage extends FoundButton {
  image: File;
}

/** Without a wish: that of the first image which has one. */
export function findImageButton(
  target: Target,
  { actionId, wanted }: { actionId: string; wanted: string | undefined },
): PressedImage {
  const images = wanted === undefined ? target.images : [findImage(target, wanted)];
  const buttons = findButtons(target.messages, actionId);
  for (const image of images) {
    const found = buttons.findLast(
      ({ button }) => inspectActionValue(button.value)?.fileId === image.id,
    );
    if (found !== undefined) {
      return { ...found, image };
    }
  }
  const list = images.map(({ name }) => name).join(", ");
  throw new Error(
    `There is nothing to press under ${list} (deleted, or never uploaded): npm run post -- photo.jpg posts another`,
  );
}

/** A button that somebody is to press. */
export interface Press {
  target: Target;
  pressed: FoundButton;
}

/** The last "Retry" in a channel, or that of one message. */
export async function findFailed(
  slack: SlackControl,
  { channel, ts }: { channel: string; ts: string | undefined },
): Promise<Press | undefined> {
  const { messages } = await slack.messages(channel);
  const pressed = findButtons(messages, ACTIONS.retryUpload).findLast(
    ({ button }) => ts === undefined || button.value.endsWith(`/${ts}`),
  );
  const sourceTs = pressed?.button.value.split("/").at(-1);
  return pressed === undefined
    ? undefined
    : { pressed, target: await findTarget(slack, { channel, ts: sourceTs }) };
}
