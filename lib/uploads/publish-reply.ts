import { renderProgress, renderReply, type ReplyOptions, type ReplyPart } from "../blocks/reply.ts";
import { describeError, type Logger } from "../logger.ts";
import { type CallOptions, SlackApiError, type SlackClient } from "../slack/web-client.ts";
import type { UploadRecord } from "./record.ts";
import type { RecordSession } from "./record-session.ts";

/** The app's reply in the thread: one message, or several parts where Slack's limits force it. */
export interface ReplyPublisher {
  /** Posts "Uploading 3 images…" unless the reply is there already. */
  announce(session: RecordSession, options: PublishOptions): Promise<void>;
  /** Brings the thread in line with the record. */
  publish(session: RecordSession, options: PublishOptions): Promise<void>;
}

export interface PublishOptions extends CallOptions {
  /** A reply that the record does not know may stand in the thread: look before posting. */
  mayBePosted: boolean;
}

export function createReplyPublisher(options: {
  slack: SlackClient;
  reply: ReplyOptions;
  logger: Logger;
}): ReplyPublisher {
  const { slack, reply, logger } = options;

  async function bringInLine(
    session: RecordSession,
    parts: readonly ReplyPart[],
    publishOptions: PublishOptions,
  ): Promise<void> {
    await adoptPosted(session, parts.length, publishOptions);
    const [...known] = session.record.replyTs;
    for (const [index, part] of parts.entries()) {
      const ts = known[index];
      if (ts === undefined) {
        const posted = await post(session.record, {
          part,
          index,
          deadlineMs: publishOptions.deadlineMs,
        });
        await session.update((record) => ({ ...record, replyTs: [...record.replyTs, posted] }));
      } else {
        await slack.updateMessage(
          { channelId: session.record.channelId, ts, ...part },
          publishOptions,
        );
      }
    }
    await removeSurplus(session, parts.length, publishOptions);
  }

  /** A worker that died may have posted without having noted it: the marks in the thread tell. */
  async function adoptPosted(
    session: RecordSession,
    partCount: number,
    publishOptions: PublishOptions,
  ): Promise<void> {
    if (publishOptions.mayBePosted && session.record.replyTs.length < partCount) {
      const found = await findPosted(session.record, publishOptions);
      if (found.length > session.record.replyTs.length) {
        await session.update((record) => ({ ...record, replyTs: found }));
      }
    }
  }

  async function post(
    record: UploadRecord,
    { part, index, deadlineMs }: { part: ReplyPart; index: number } & CallOptions,
  ): Promise<string> {
    const { channelId, threadTs } = record;
    const metadata = markOf(record, index);
    const send = () =>
      slack.postMessage({ channelId, threadTs, metadata, ...part }, { deadlineMs });
    try {
      const ts = await send();
      logger.info("reply.posted", { channel: channelId, ts: record.ts, reply: ts, part: index });
      return ts;
    } catch (error) {
      if (!(error instanceof SlackApiError) || error.code !== "unavailable") {
        throw error;
      }
      logger.warn("reply.unanswered", {
        channel: channelId,
        ts: record.ts,
        error: describeError(error),
      });
      return (await findPosted(record, { deadlineMs }))[index] ?? (await send());
    }
  }

  /** The `ts` of each part that stands in the thread, up to the first that does not. */
  async function findPosted(record: UploadRecord, callOptions: CallOptions): Promise<string[]> {
    const { channelId, threadTs, ts } = record;
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
    partCount: number,
    callOptions: CallOptions,
  ): Promise<void> {
    const { channelId, replyTs } = session.record;
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

  return {
    async announce(session, publishOptions) {
      if (session.record.replyTs.length === 0) {
        const progress = renderProgress(session.record.images.length, reply.messages);
        await bringInLine(session, [progress], publishOptions);
      }
    },
    publish: (session, publishOptions) =>
      bringInLine(session, renderReply(session.record.images, reply), publishOptions),
  };
}

/** The metadata that marks a message as part of the reply to one source message. No secret belongs there: every member can read it. */
const MARK = "upload_to_s3_reply";

function markOf(record: UploadRecord, part: number) {
  return { event_type: MARK, event_payload: { source_ts: record.ts, part } };
}
