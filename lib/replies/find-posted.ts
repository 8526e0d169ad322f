import type { WorkPorts } from "../ports.ts";
import type { UploadRecord } from "../records/record.ts";
import { sourceTimeMs } from "../records/source-time.ts";
import { inspectMark } from "./reply-mark.ts";

/** Finds the `ts` of each part of the reply in the conversation, up to the first missing part. */
export async function findPosted(
  work: WorkPorts,
  record: UploadRecord,
  channelId: string,
): Promise<string[]> {
  const parts = new Map<number, string>();
  for await (const { part, ts } of listPosted(work, record, channelId)) {
    const known = parts.get(part);
    if (known === undefined || ts < known) {
      parts.set(part, ts);
    }
  }
  const posted: string[] = [];
  for (let part = parts.get(0); part !== undefined; part = parts.get(posted.length)) {
    posted.push(part);
  }
  return posted;
}

/** Finds the `ts` of every message marked as this part of the reply, newest first. */
export async function findPart(
  work: WorkPorts,
  record: UploadRecord,
  { channelId, part }: { channelId: string; part: number },
): Promise<string[]> {
  const found: string[] = [];
  for await (const posted of listPosted(work, record, channelId)) {
    if (posted.part === part) {
      found.push(posted.ts);
    }
  }
  return found.toSorted((a, b) => (a > b ? -1 : 1));
}

/** Lists all messages marked as parts of the reply, including duplicates. */
export async function* listPosted(
  work: WorkPorts,
  record: UploadRecord,
  channelId: string,
): AsyncIterable<{ part: number; ts: string }> {
  for await (const message of readConversation(work, record, channelId)) {
    const marked = inspectMark(message, record.source);
    if (marked !== undefined) {
      yield marked;
    }
  }
}

/** The possible difference between this clock and Slack's. */
const SKEW_SECONDS = 900;

/**
 * Reads the message's thread, or the app's direct message with the person who used the form or the
 * shortcut, since then.
 */
function readConversation(
  { slack, budget }: WorkPorts,
  record: UploadRecord,
  channelId: string,
): AsyncIterable<unknown> {
  const { source } = record;
  const deadlineMs = budget.showUntilMs;
  if (source.type === "message" && source.channelId === channelId) {
    const { threadTs, ts: oldestTs } = source;
    return slack.thread({ channelId, threadTs, oldestTs }, { deadlineMs });
  }
  const oldestTs = String(Math.floor(sourceTimeMs(record) / 1000) - SKEW_SECONDS);
  return slack.history({ channelId, oldestTs }, { deadlineMs });
}
