import { isDeepStrictEqual } from "node:util";
import { renderProgress, renderReply, type ReplyOptions, type ReplyPart } from "../blocks/reply.ts";
import { describeError, type Logger } from "../logger.ts";
import { type CallOptions, SlackApiError } from "../slack/api-call.ts";
import type { OutgoingUpdate, SlackClient } from "../slack/web-client.ts";
import { formRef, messageRef, type RecordRef } from "../storage/object-key.ts";
import { createCoalesce } from "./coalesce.ts";
import type { MessageSource, UploadRecord } from "./record.ts";
import type { RecordSession } from "./record-session.ts";

/** The app's reply in the thread: one message, or several parts where Slack's limits force it. */
export interface ReplyPublisher {
  /** Posts "Uploading 3 images…", or shows in the reply that is there which images are being uploaded. */
  announce(session: RecordSession, options: PublishOptions): Promise<void>;
  /** Brings the thread in line with the record, and with what others write into it meanwhile. */
  publish(session: RecordSession, options: PublishOptions): Promise<void>;
}

export interface PublishOptions extends CallOptions {
  /** A reply that the record does not know may stand in the thread: look before posting. */
  mayBePosted: boolean;
}

export function createReplyPublisher(options: {
  slack: SlackClient;
  reply: Omit<ReplyOptions, "ref">;
  logger: Logger;
}): ReplyPublisher {
  const { slack, reply, logger } = options;
  const coalesce = createCoalesce();

  return {
    async announce(session, publishOptions) {
      const { images, replyTs } = session.record;
      if (replyTs.length > 0) {
        await publishOnce(session, publishOptions);
      } else {
        const progress = renderProgress(images.length, reply.messages);
        await bringInLine(session, [progress], publishOptions);
      }
    },
    publish: (session, publishOptions) =>
      coalesce(session.key, async () => {
        try {
          await publishLatest(session, publishOptions);
        } catch (error) {
          await session.update(reopened);
          throw error;
        }
      }),
  };

  async function publishLatest(
    session: RecordSession,
    publishOptions: PublishOptions,
  ): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { images } = await publishOnce(session, publishOptions);
      const latest = await session.refresh();
      if (isDeepStrictEqual(latest.images, images)) {
        return;
      }
    }
  }

  async function publishOnce(
    session: RecordSession,
    publishOptions: PublishOptions,
  ): Promise<UploadRecord> {
    const { record } = session;
    const parts = renderReply(record.images, { ...reply, ref: refOf(record) });
    await bringInLine(session, parts, publishOptions);
    return record;
  }

  async function bringInLine(
    session: RecordSession,
    parts: readonly ReplyPart[],
    publishOptions: PublishOptions,
  ): Promise<void> {
    const { source } = session.record;
    if (source.type === "form") {
      return;
    }
    await adoptPosted(session, parts.length, publishOptions);
    const [...known] = session.record.replyTs;
    for (const [index, part] of parts.entries()) {
      const ts = known[index];
      if (ts === undefined) {
        await addPart(session, { source, part, index }, publishOptions);
      } else if (
        !(await updatePart({ channelId: source.channelId, ts, ...part }, publishOptions))
      ) {
        await session.update((record) => ({
          ...record,
          replyTs: record.replyTs.filter((present) => present !== ts),
        }));
        return bringInLine(session, parts, publishOptions);
      }
    }
    await removeSurplus(
      session,
      { channelId: source.channelId, partCount: parts.length },
      publishOptions,
    );
  }

  /** `false` when somebody deleted the message. */
  async function updatePart(update: OutgoingUpdate, callOptions: CallOptions): Promise<boolean> {
    try {
      await slack.updateMessage(update, callOptions);
      return true;
    } catch (error) {
      if (error instanceof SlackApiError && error.code === "message_not_found") {
        return false;
      }
      throw error;
    }
  }

  /** When somebody else added the same part at the same time, theirs stays. */
  async function addPart(
    session: RecordSession,
    added: AddedPart,
    callOptions: CallOptions,
  ): Promise<void> {
    const { source, index } = added;
    const ts = await post(added, callOptions);
    const { replyTs } = await session.update((record) =>
      record.replyTs.length === index ? { ...record, replyTs: [...record.replyTs, ts] } : record,
    );
    if (!replyTs.includes(ts)) {
      await slack.deleteMessage({ channelId: source.channelId, ts }, callOptions);
    }
  }

  /** A worker that died may have posted without having noted it: the marks in the thread tell. */
  async function adoptPosted(
    session: RecordSession,
    partCount: number,
    publishOptions: PublishOptions,
  ): Promise<void> {
    const { source, replyTs } = session.record;
    if (source.type === "message" && publishOptions.mayBePosted && replyTs.length < partCount) {
      const found = await findPosted(source, publishOptions);
      if (found.length > replyTs.length) {
        await session.update((record) => ({ ...record, replyTs: found }));
      }
    }
  }

  async function post(
    { source, part, index }: AddedPart,
    callOptions: CallOptions,
  ): Promise<string> {
    const { channelId, threadTs, ts } = source;
    const metadata = markOf(source, index);
    const send = () => slack.postMessage({ channelId, threadTs, metadata, ...part }, callOptions);
    try {
      const posted = await send();
      logger.info("reply.posted", { channel: channelId, ts, reply: posted, part: index });
      return posted;
    } catch (error) {
      if (!(error instanceof SlackApiError) || error.code !== "unavailable") {
        throw error;
      }
      logger.warn("reply.unanswered", { channel: channelId, ts, error: describeError(error) });
      return (await findPosted(source, callOptions))[index] ?? (await send());
    }
  }

  /** The `ts` of each part that stands in the thread, up to the first that does not. */
  async function findPosted(source: MessageSource, callOptions: CallOptions): Promise<string[]> {
    const { channelId, threadTs, ts } = source;
    const replies = await slack.findMarkedReplies(
      { channelId, threadTs, eventType: MARK },
      callOptions,
    );
    const parts = new Map(
      replies
        .filter(({ payload }) => payload["source_ts"] === ts)
        .map((marked) => [marked.payload["part"], marked.ts]),
    );
    const posted: string[] = [];
    for (let part = parts.get(0); part !== undefined; part = parts.get(posted.length)) {
      posted.push(part);
    }
    return posted;
  }

  async function removeSurplus(
    session: RecordSession,
    { channelId, partCount }: { channelId: string; partCount: number },
    callOptions: CallOptions,
  ): Promise<void> {
    const { replyTs } = session.record;
    const surplus = replyTs.slice(partCount);
    for (const ts of surplus) {
      await slack.deleteMessage({ channelId, ts }, callOptions);
    }
    if (surplus.length > 0) {
      await session.update((record) => ({
        ...record,
        replyTs: record.replyTs.slice(0, partCount),
      }));
    }
  }
}

interface AddedPart {
  source: MessageSource;
  part: ReplyPart;
  index: number;
}

/** Each round shows what was written during the one before: more than a few only follow a race of many editors. */
const MAX_ROUNDS = 10;

/** The metadata that marks a message as part of the reply to one source message. No secret belongs there: every member can read it. */
const MARK = "upload_to_s3_reply";

function markOf(source: MessageSource, part: number) {
  return { event_type: MARK, event_payload: { source_ts: source.ts, part } };
}

/** A thread that is not in line with its record is left to reconcile. */
function reopened(record: UploadRecord): UploadRecord {
  return record.state === "done" ? { ...record, state: "uploading" } : record;
}

function refOf({ teamId, source }: UploadRecord): RecordRef {
  return source.type === "message"
    ? messageRef({ teamId, ...source })
    : formRef({ teamId, viewId: source.viewId });
}
