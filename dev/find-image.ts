import type { Conversation, File, Message } from "./slack-answers.ts";
import type { SlackControl } from "./slack-control.ts";

/** A message with images, and what stands in its channel. */
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
        ? `There is no message with images in #${channel.name} yet: npm run post -- photo.jpg --channel ${channel.name}`
        : `There is no message ${ts} in #${channel.name}`,
    );
  }
  return { channel, messages, message, images: imagesOf(message) };
}

/** By its number, from 1, or by its name; without a wish the first. */
export function findImage({ images }: Target, wanted = "1"): File {
  const image = images[Number(wanted) - 1] ?? images.find(({ name }) => name === wanted);
  if (image === undefined) {
    const known = images.map(({ name }, index) => `${index + 1} ${name}`).join(", ");
    throw new Error(`There is no image "${wanted}" in that message; it has: ${known || "none"}`);
  }
  return image;
}

function imagesOf({ files = [] }: Message): File[] {
  return files.filter(({ mimetype }) => mimetype.startsWith("image/"));
}
