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
 * Brings the conversation in line with the record, and writes nothing into the record. Only whoever holds the lease
 * calls it, or anybody when nobody does.
 */
export function showReply(
  work: WorkPorts,
  record: UploadRecord,
  options: ShowOptions,
): Promise<ShownReply> {
  const render = (inReply: ReplyOptions) => renderReply(record.images, inReply);
  return show(work, record, { ...options, render });
}

/** Posts "Uploading 3 images…", or shows in the reply that is there which images are being uploaded. */
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
 * Who gets the reply that the conversation of the message refuses: whoever asked for it last, by shortcut. What the app
 * uploads by itself was asked for by nobody, and a reply in a direct message has nowhere else to go.
 */
function findDirect(
  { source, images }: UploadRecord,
  reply: Reply | undefined,
): string | undefined {
  const isDirect =
    source.type === "form" || (reply?.channelId ?? source.channelId) !== source.channelId;
  return isDirect ? undefined : images.flatMap(({ requestedBy }) => requestedBy).at(-1);
}

/** All of it moves to the direct message. What stands in the conversation cannot be changed, and is left. */
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
