import { fileURLToPath } from "node:url";
import { ACTIONS } from "../../lib/blocks/action-value.ts";
import { FORM_SUBJECT } from "../../lib/blocks/modals.ts";
import type { Message } from "../control/slack-answers.ts";
import type { SlackControl } from "../control/slack-control.ts";
import { renderButton } from "../terminal/render-block.ts";
import { findImageUrls, renderThread } from "../terminal/render-thread.ts";
import { renderBox } from "../terminal/render-view.ts";
import {
  findFailed,
  findImage,
  findImageButton,
  findTarget,
  type Press,
  type PressedImage,
  type Target,
} from "./find-target.ts";
import { postImages } from "./post-images.ts";
import { type Entries, useModal } from "./use-modal.ts";
import { press, pressAndWait, waitForTags } from "./watch-thread.ts";

interface CommandOptions extends Entries {
  channel: string | undefined;
  ts: string | undefined;
  user: string | undefined;
  image: string | undefined;
  /** Paths of files. */
  files: readonly string[];
  /** The text after the slash command. */
  text: string;
  print: (paragraph: string) => void;
}

export type Command = (slack: SlackControl, options: CommandOptions) => Promise<void>;

/** Chooses "Upload to S3" in the menu of a message. */
export async function useShortcut(slack: SlackControl, options: CommandOptions): Promise<void> {
  const { files, print } = options;
  const channel = options.channel ?? "images";
  if (files.length > 0) {
    await slack.post({ channel, user: options.user, paths: files, is_delivered: "false" });
    print(`#${channel} now has a message that the app was not told about.`);
  }
  const target = await findTarget(slack, { channel, ts: options.ts });
  const { message, images } = target;
  const user = options.user ?? message.user;
  const modal = await useModal(slack, {
    ...options,
    files: [],
    user,
    action: `${who(options)} choose "Upload to S3" in the menu of ${nameMessage(target)}`,
    open: () => slack.openShortcut({ channel: target.channel.id, ts: message.ts, user }),
    subject: images.length === 0 ? "" : findImage(target, options.image).id,
  });
  printThread(await waitForTags(slack, { target, modal }), print);
}

/** Presses "Edit link & description" under an image. */
export async function editTags(slack: SlackControl, options: CommandOptions): Promise<void> {
  const target = await findTarget(slack, { ...options, channel: options.channel ?? "images" });
  const pressed = findImageButton(target, { actionId: ACTIONS.editTags, wanted: options.image });
  const user = options.user ?? target.message.user;
  const modal = await useModal(slack, {
    ...options,
    files: [],
    user,
    action: describePress(options, pressed),
    open: () => press(slack, { target, pressed, user }),
    subject: pressed.image.id,
  });
  printThread(await waitForTags(slack, { target, modal }), options.print);
}

/** Presses "Delete" under an image and confirms in Slack's dialog. */
export async function deleteImage(slack: SlackControl, options: CommandOptions): Promise<void> {
  const { print } = options;
  const target = await findTarget(slack, { ...options, channel: options.channel ?? "images" });
  const pressed = findImageButton(target, { actionId: ACTIONS.deleteImage, wanted: options.image });
  const user = options.user ?? target.message.user;
  print(describePress(options, pressed));
  const { confirm } = pressed.button;
  if (confirm !== undefined) {
    const { title, text, deny } = confirm;
    const buttons = [deny, confirm.confirm].map((label) => renderButton(label.text));
    print(renderBox(title.text, [text.text], buttons));
  }
  const action = `You press [${confirm?.confirm.text ?? pressed.button.text.text}]`;
  const thread = await pressAndWait(slack, { target, pressed, user, action, print });
  printThread(thread, print);
  const urls = new Set(findImageUrls(thread));
  for (const url of findImageUrls(target.messages.filter(({ ts }) => ts === pressed.ts))) {
    if (!urls.has(url)) {
      print(`${url}\nanswers ${(await fetch(url)).status} now.`);
    }
  }
}

/** Presses "Retry" under failed images. If nothing has failed, it makes an upload fail first. */
export async function retryUpload(slack: SlackControl, options: CommandOptions): Promise<void> {
  const { ts, print } = options;
  const channel = options.channel ?? "images";
  const failed = await findFailed(slack, { channel, ts });
  if (failed === undefined && ts !== undefined) {
    throw new Error(`There is no [Retry] in the thread of message ${ts}`);
  }
  const { target, pressed } = failed ?? (await failOnPurpose(slack, { ...options, channel }));
  const user = options.user ?? target.message.user;
  const action = `${who(options)} press [${pressed.button.text.text}]`;
  printThread(await pressAndWait(slack, { target, pressed, user, action, print }), print);
}

/** Types `/upload-to-s3` or `/upload-to-s3 help`. */
export async function useSlashCommand(slack: SlackControl, options: CommandOptions): Promise<void> {
  const { text, user, print } = options;
  const { channel, messages } = await slack.messages(options.channel ?? "design");
  await useModal(slack, {
    ...options,
    files: options.files.length > 0 ? options.files : [SAMPLE],
    action: `${who(options)} type ${`/upload-to-s3 ${text}`.trim()} in #${channel.name}`,
    open: () => slack.slash({ channel: channel.id, user, text }),
    subject: FORM_SUBJECT,
  });
  const after = await slack.messages(channel.id);
  const posted = after.messages.slice(messages.length);
  print(renderThread(posted) || `Nobody else in #${channel.name} sees this.`);
  const direct = await slack.messages(`@${user?.replace(/^@/u, "") ?? FIRST_PERSON}`);
  const [reply] = direct.messages.filter(({ bot_id }) => bot_id !== undefined).slice(-1);
  if (reply !== undefined && text === "") {
    print(`Your direct message with the app:\n\n${renderThread([reply]).trimEnd()}`);
  }
}

/** The default person. */
const FIRST_PERSON = "jane";
const SAMPLE = fileURLToPath(new URL("../samples/sunrise.jpg", import.meta.url));

/** Posts an image while Slack refuses all downloads. */
async function failOnPurpose(
  slack: SlackControl,
  { channel, user, files, print }: CommandOptions & { channel: string },
): Promise<Press> {
  print(
    "Nothing has failed yet, so the local Slack refuses every download while you post an image:",
  );
  await slack.breakDownloads();
  try {
    const paths = files.length > 0 ? files : [SAMPLE];
    const { thread } = await postImages(slack, { channel, user, paths });
    print(renderThread(thread).trimEnd());
  } finally {
    await slack.repairDownloads();
  }
  print("Downloads work again.");
  const failed = await findFailed(slack, { channel, ts: undefined });
  if (failed === undefined) {
    throw new Error(`There is no [Retry] in #${channel}: is the app in that channel?`);
  }
  return failed;
}

function printThread(thread: readonly Message[], print: CommandOptions["print"]): void {
  print(`The thread:\n\n${renderThread(thread).trimEnd()}`);
}

function describePress(options: CommandOptions, { button, image }: PressedImage): string {
  return `${who(options)} press [${button.text.text}] under ${image.name}`;
}

function who({ user }: CommandOptions): string {
  return user === undefined ? "You" : `You, as @${user.replace(/^@/u, "")},`;
}

function nameMessage({ images }: Target): string {
  const names = images.map(({ name }) => name).join(", ");
  return names === "" ? "a message without images" : `the message with ${names}`;
}
