import type { WorkPorts } from "../ports.ts";
import type { UploadRecord } from "../records/record.ts";
import { sourceTimeMs } from "../records/source-time.ts";
import { inspectMark } from "./reply-mark.ts";

/** The `ts` of each part of the reply that stands in the conversation, up to the first that does not. */
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

/** The `ts` of every message that is marked as this part of the reply, newest first. */
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

/** All messages that are marked as parts of the reply, those that stand there twice too. */
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

/** Between this clock and Slack's. */
const SKEW_SECONDS = 900;

/** The thread of a message; or the direct message with whoever sent a form or ran the shortcut, since then. */
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
