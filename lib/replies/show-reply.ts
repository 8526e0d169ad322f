import { renderProgress, renderReply, type ReplyOptions } from "../blocks/reply.ts";
import { describeError } from "../logger.ts";
import type { AnswerPorts, WorkPorts } from "../ports.ts";
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
  return show(work, record, {
    ...options,
    parts: renderReply(record.images, replyOptions(work, record)),
  });
}

/** Posts "Uploading 3 images…", or shows in the reply that is there which images are being uploaded. */
export function announce(
  work: WorkPorts,
  record: UploadRecord,
  options: ShowOptions,
): Promise<ShownReply> {
  return options.reply === undefined
    ? show(work, record, {
        ...options,
        parts: [renderProgress(record.images.length, work.messages)],
      })
    : showReply(work, record, options);
}

export function replyOptions(
  { config, messages }: AnswerPorts,
  record: UploadRecord,
): ReplyOptions {
  return {
    ref: refOf(record),
    messages,
    maxImageBytes: config.maxImageBytes,
    renderTags: (image) => renderTags(image, config),
  };
}

async function show(work: WorkPorts, record: UploadRecord, showing: Showing): Promise<ShownReply> {
  const shown: ShownReply = { reply: showing.reply, mayBeTwice: showing.mayBeTwice === true };
  try {
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
