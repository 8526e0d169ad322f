import { ACTIONS, inspectActionValue } from "../../lib/blocks/action-value.ts";
import type { Conversation, File, Message } from "../control/slack-answers.ts";
import type { SlackControl } from "../control/slack-control.ts";
import { type Button, buttonsIn } from "../terminal/render-block.ts";

/** A message with images, and the conversation around it. */
export interface Target extends Conversation {
  message: Message;
  images: readonly File[];
}

/** The last message with images in a channel, or the one that `ts` names. */
export async function findTarget(
  slack: SlackControl,
  { channel: name, ts }: { channel: string; ts: string | undefined },
): Promise<Target> {
  const { channel, messages } = await slack.messages(name);
  const message = messages.findLast((one) =>
    ts === undefined ? one.bot_id === undefined && imagesOf(one).length > 0 : one.ts === ts,
  );
  if (message === undefined) {
    throw new Error(
      ts === undefined
        ? `There is no message with images in #${channel.name} yet. Post one: npm run post -- photo.jpg --channel ${channel.name}`
        : `There is no message ${ts} in #${channel.name}`,
    );
  }
  return { channel, messages, message, images: imagesOf(message) };
}

/** Finds an image by its number, from 1, or by its name. */
export function findImage({ images }: Target, wanted = "1"): File {
  const image = images[Number(wanted) - 1] ?? images.find(({ name }) => name === wanted);
  if (image === undefined) {
    const known = images.map(({ name }, index) => `${index + 1} ${name}`).join(", ");
    throw new Error(`There is no image "${wanted}" in that message. It has: ${known || "none"}`);
  }
  return image;
}

interface FoundButton {
  /** The reply that has the button. */
  ts: string;
  button: Button;
}

/** Finds the app's buttons with this `action_id`, oldest first. */
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

/** Finds the button of the wanted image, or of the first image that has one. */
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
    `${list} has no such button: it was deleted, or never uploaded. Post another: npm run post -- photo.jpg`,
  );
}

export interface Press {
  target: Target;
  pressed: FoundButton;
}

/** Finds the last "Retry" in a channel, or the one of a certain message. */
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

function imagesOf({ files = [] }: Message): File[] {
  return files.filter(({ mimetype }) => mimetype.startsWith("image/"));
}
