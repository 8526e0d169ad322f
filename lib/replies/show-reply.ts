import { renderProgress, renderReply, type ReplyOptions, type ReplyPart } from "../blocks/reply.ts";
import { describeError } from "../logger.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
import { channelOf } from "../records/record-ref.ts";
import { refOf, type Reply, type UploadRecord } from "../records/record.ts";
import { toError } from "../to-error.ts";
import {
  bringInLine,
  type Conversation,
  type Showing,
  type ShownReply,
  type ShowOptions,
} from "./bring-in-line.ts";
import { isClosedToUs } from "./is-closed-to-us.ts";
import { renderTags } from "./render-tags.ts";

/**
 * Brings the conversation in line with the record, and does not write the record. Only the lease
 * holder may call this, or anybody if there is none.
 */
export function showReply(
  work: WorkPorts,
  record: UploadRecord,
  options: ShowOptions,
): Promise<ShownReply> {
  const render = (inReply: ReplyOptions) => renderReply(record.images, inReply);
  return show(work, record, { ...options, render });
}

/** Posts "Uploading 3 images…", or marks in the existing reply which images are being uploaded. */
export function announce(
  work: WorkPorts,
  record: UploadRecord,
  options: ShowOptions,
): Promise<ShownReply> {
  if (options.reply !== undefined) {
    return showReply(work, record, options);
  }
  const render = ({ messages }: ReplyOptions) => [renderProgress(record.images.length, messages)];
  return show(work, record, { ...options, render });
}

export async function replyOptions(
  { config, settingsFor }: AnswerPorts,
  record: UploadRecord,
): Promise<ReplyOptions> {
  const ref = refOf(record);
  const { publicBaseUrl, maxImageBytes } = config;
  const { messages, tags } = await settingsFor(channelOf(ref));
  return {
    ref,
    messages,
    maxImageBytes,
    renderTags: (image) => renderTags(image, { publicBaseUrl, tags }),
  };
}

async function show(
  work: WorkPorts,
  record: UploadRecord,
  { render, ...options }: ShowOptions & { render: (options: ReplyOptions) => ReplyPart[] },
): Promise<ShownReply> {
  const shown: ShownReply = { reply: options.reply, mayBeTwice: options.mayBeTwice === true };
  const showing: Showing = { ...options, parts: [] };
  try {
    showing.parts = render(await replyOptions(work, record));
    await bringInLine({ work, record, shown }, showing);
    return shown;
  } catch (error) {
    const directTo = isClosedToUs(error) ? findDirect(record, shown.reply) : undefined;
    return directTo === undefined
      ? { ...shown, error: toError(error) }
      : showDirectly({ work, record, shown, directTo }, { ...showing, error: toError(error) });
  }
}

/**
 * Finds the person to send the reply to if the message's conversation refuses it: the last one who
 * asked by shortcut. Nobody asked for automatic uploads, and a reply that is already in a direct
 * message has nowhere else to go.
 */
function findDirect(
  { source, images }: UploadRecord,
  reply: Reply | undefined,
): string | undefined {
  const isDirect =
    source.type === "form" || (reply?.channelId ?? source.channelId) !== source.channelId;
  return isDirect ? undefined : images.flatMap(({ requestedBy }) => requestedBy).at(-1);
}

/**
 * Moves the whole reply to the direct message. What is in the conversation cannot be changed, so it
 * stays.
 */
async function showDirectly(
  { work, record, shown, directTo }: Conversation & { directTo: string },
  { error, ...showing }: Showing & { error: Error },
): Promise<ShownReply> {
  work.logger.warn("reply.redirected", {
    record: refOf(record),
    user: directTo,
    error: describeError(error),
  });
  const direct: ShownReply = { reply: undefined, mayBeTwice: shown.mayBeTwice };
  try {
    await bringInLine({ work, record, shown: direct, directTo }, { ...showing, reply: undefined });
    return direct;
  } catch (problem) {
    return { ...direct, reply: direct.reply ?? shown.reply, error: toError(problem) };
  }
}
