import { describeError } from "../logger.ts";
import { matchImageMessage } from "../listeners/message.ts";
import type { WorkPorts } from "../ports.ts";
import { claimUpload, type UploadRequest } from "../records/claim.ts";
import { RecordError } from "../records/record-store.ts";
import { inspectMarkedTs } from "../replies/reply-mark.ts";
import { SlackApiError } from "../slack/api-call.ts";
import {
  inspectHistoryMessage,
  inspectThreadRoot,
  inspectTs,
  type Installation,
} from "../slack/payloads.ts";
import { isInLine, keepPromise } from "../uploads/keep-promise.ts";
import { inParallel } from "./in-parallel.ts";
import { laterOf, type SearchMarks, toTs } from "./search-marks.ts";

export interface FoundMessages {
  /** Messages with images of which there was no record, claimed now. */
  found: number;
  channels: number;
  /** All channels were searched up to now. */
  isComplete: boolean;
  /** ISO 8601: what was posted since then, and more than seven days ago, was never searched. */
  unsearchedSince?: string;
}

/**
 * Uploads what was never delivered. Each channel is searched from its mark, in slices of time, oldest first. A finished
 * slice moves the mark, so that a sweep that stops goes on there, and no message is looked at twice.
 */
export async function findLostMessages(
  work: WorkPorts,
  marks: SearchMarks,
): Promise<FoundMessages> {
  const { clock, budget } = work;
  const installation = await work.slack.authTest({ deadlineMs: budget.startUntilMs });
  const channelIds = await listChannels(work);
  const oldestFirst = channelIds.toSorted((a, b) =>
    (marks.of(a) ?? "") < (marks.of(b) ?? "") ? -1 : 1,
  );
  const found: FoundMessages = { found: 0, channels: channelIds.length, isComplete: true };
  const gaps: string[] = [];
  for (const channelId of oldestFirst) {
    const search: Search = { channelId, installation, marks, nowMs: clock.now(), found: 0 };
    const { startTs, gap } = startOf(work, search);
    gaps.push(...gap);
    const isDone = await searchChannel(work, search, startTs);
    found.found += search.found;
    found.isComplete &&= isDone;
  }
  const [unsearchedSince] = gaps.toSorted();
  return unsearchedSince === undefined ? found : { ...found, unsearchedSince };
}

interface Search {
  readonly channelId: string;
  readonly installation: Installation;
  readonly marks: SearchMarks;
  /** Epoch ms: what is posted later is the next sweep's. */
  readonly nowMs: number;
  found: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A channel that was never searched is searched from here on: what came before need not be meant for the app. */
const FIRST_WINDOW_MS = 26 * HOUR_MS;
const WINDOW_MS = 7 * 24 * HOUR_MS;
const SLICE_MS = 24 * HOUR_MS;
const MIN_SLICE_MS = 5 * MINUTE_MS;
/** A slice with more is cut in halves, so that it can be finished in one sweep. */
const MAX_CALLS_PER_SLICE = 40;
/** This clock may be fast by so much against Slack's. */
const SKEW_MS = 15 * MINUTE_MS;
/** Messages that are uploaded side by side. */
const WIDTH = 4;

function startOf(
  { logger }: WorkPorts,
  { channelId, marks, nowMs }: Search,
): { startTs: string; gap: string[] } {
  const mark = marks.of(channelId);
  const earliest = toTs(nowMs - WINDOW_MS);
  if (mark === undefined) {
    return { startTs: toTs(nowMs - FIRST_WINDOW_MS), gap: [] };
  }
  if (mark >= earliest) {
    return { startTs: mark, gap: [] };
  }
  const since = new Date(Number(mark) * 1000).toISOString();
  logger.error("reconcile.gap", { channel: channelId, since });
  return { startTs: earliest, gap: [since] };
}

async function listChannels(work: WorkPorts): Promise<string[]> {
  const { config, slack, budget } = work;
  if (config.channelIds.size > 0) {
    return [...config.channelIds];
  }
  const known = await collect(work.records.listChannels());
  try {
    const joined = await slack.listChannels({ deadlineMs: budget.startUntilMs });
    return [...new Set([...known, ...joined])];
  } catch (error) {
    if (error instanceof SlackApiError && error.code === "missing_scope") {
      return known;
    }
    throw error;
  }
}

/** Whether all of it was searched. */
async function searchChannel(work: WorkPorts, search: Search, startTs: string): Promise<boolean> {
  const { channelId, marks, nowMs } = search;
  try {
    const { teamId } = search.installation;
    const recorded = work.records.listMessages({ teamId, channelId, sinceTs: startTs });
    const known = new Set(await collect(recorded));
    let [oldestTs, sliceMs] = [startTs, SLICE_MS];
    for (;;) {
      const endMs = Number(oldestTs) * 1000 + sliceMs;
      const latestTs = endMs < nowMs ? toTs(endMs) : undefined;
      const canBeCut = sliceMs > MIN_SLICE_MS;
      const searched = await searchSlice(work, search, { oldestTs, latestTs, known, canBeCut });
      switch (searched.outcome) {
        case "late":
          return false;
        case "too_long":
          sliceMs = Math.max(Math.min(sliceMs, nowMs - Number(oldestTs) * 1000) / 2, MIN_SLICE_MS);
          continue;
        case "searched":
          oldestTs =
            latestTs ?? laterOf(laterOf(toTs(nowMs - SKEW_MS), oldestTs), searched.newestTs);
          await marks.move(channelId, oldestTs);
          if (latestTs === undefined) {
            return true;
          }
      }
    }
  } catch (error) {
    work.logger.warn("reconcile.failed", { channel: channelId, error: describeError(error) });
    return false;
  }
}

interface Slice {
  oldestTs: string;
  /** The newest slice has no end. */
  latestTs: string | undefined;
  /** The `ts` of messages that have a record. */
  known: ReadonlySet<string>;
  canBeCut: boolean;
}

type SearchedSlice =
  | { outcome: "searched"; newestTs: string | undefined }
  | { outcome: "too_long" }
  /** There was no time for all of it. */
  | { outcome: "late" };

async function searchSlice(work: WorkPorts, search: Search, slice: Slice): Promise<SearchedSlice> {
  const { slack, clock, budget } = work;
  const { channelId, installation } = search;
  const { oldestTs, latestTs, known, canBeCut } = slice;
  const deadline = { deadlineMs: budget.startUntilMs };
  const requests = new Map<string, UploadRequest>();
  const answered = new Set<string>();
  const threads: string[] = [];
  let [seen, newestTs] = [0, undefined as string | undefined];
  const isTooLong = () =>
    canBeCut && seen / MESSAGES_PER_CALL + threads.length > MAX_CALLS_PER_SLICE;

  if (clock.now() >= budget.startUntilMs) {
    return { outcome: "late" };
  }
  const range = { channelId, oldestTs, ...(latestTs !== undefined && { latestTs }) };
  for await (const message of slack.history(range, deadline)) {
    seen += 1;
    newestTs = laterOf(inspectTs(message) ?? "", newestTs);
    consider(message);
    const root = inspectThreadRoot(message, installation);
    if (root?.isAnswered === true) {
      answered.add(root.ts);
    }
    if (root?.hasOtherReplies === true) {
      threads.push(root.ts);
    }
    if (isTooLong()) {
      return { outcome: "too_long" };
    }
  }
  for (const threadTs of threads) {
    for await (const message of slack.thread({ channelId, threadTs, oldestTs }, deadline)) {
      consider(message);
    }
  }
  // Where the app answered, record and marker were stored before. A record alone is that of a claim that died between
  // the two; Slack had no answer, and delivers the message again, but not for ever.
  const lost = [...requests].filter(([ts]) => !known.has(ts) || !answered.has(ts));
  const isAllBegun = await uploadAll(work, { search, known }, lost);
  return isAllBegun ? { outcome: "searched", newestTs } : { outcome: "late" };

  function consider(message: unknown): void {
    const ts = inspectTs(message) ?? "";
    const inspected = inspectHistoryMessage(message, { channelId, installation });
    const request = inspected && matchImageMessage(inspected, work.config);
    if (request !== undefined && ts > oldestTs) {
      requests.set(ts, request);
    }
    const answeredTs = inspectMarkedTs(message);
    if (answeredTs !== undefined) {
      answered.add(answeredTs);
    }
  }
}

/** Slack gives so many at once. */
const MESSAGES_PER_CALL = 200;

/** Oldest first. What is claimed is safe, whatever becomes of its upload. */
async function uploadAll(
  work: WorkPorts,
  { search, known }: { search: Search; known: ReadonlySet<string> },
  lost: readonly (readonly [ts: string, UploadRequest])[],
): Promise<boolean> {
  const oldestFirst = lost.toSorted(([a], [b]) => (a < b ? -1 : 1));
  let isAllBegun = true;
  await inParallel(oldestFirst, {
    width: WIDTH,
    async work([ts, request]) {
      if (work.clock.now() >= work.budget.startUntilMs) {
        isAllBegun = false;
        return;
      }
      if (known.has(ts) && (await isSettled(work, request))) {
        return;
      }
      const claim = await claimUpload(work, request);
      search.found += claim?.isOurs === true ? 1 : 0;
      try {
        await (claim && keepPromise(work, claim));
      } catch (error) {
        work.logger.warn("reconcile.failed", { record: request.ref, error: describeError(error) });
      }
    },
  });
  return isAllBegun;
}

/** There is nothing to be done, or nothing that could be: what cannot be read is logged where it is open work. */
async function isSettled(work: WorkPorts, { ref }: UploadRequest): Promise<boolean> {
  try {
    const stored = await work.records.read(ref);
    return stored !== undefined && isInLine(stored.record);
  } catch (error) {
    if (error instanceof RecordError) {
      return true;
    }
    throw error;
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}
