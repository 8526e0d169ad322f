import { describeError } from "../logger.ts";
import { matchImageMessage } from "../listeners/message.ts";
import type { WorkPorts } from "../ports.ts";
import { claimUpload, type UploadRequest } from "../records/claim.ts";
import { RecordError } from "../records/record-store.ts";
import { inspectMarkedTs } from "../replies/reply-mark.ts";
import {
  inspectHistoryMessage,
  inspectThreadRoot,
  inspectTs,
  type Installation,
} from "../slack/payloads.ts";
import { isInLine, keepPromise } from "../uploads/keep-promise.ts";
import { inParallel } from "./in-parallel.ts";
import { laterOf } from "./search-marks.ts";

/** A range of time in a channel. */
export interface Slice {
  channelId: string;
  installation: Installation;
  oldestTs: string;
  /** Absent for the newest slice. */
  latestTs: string | undefined;
  /** The `ts` of messages with a record. */
  known: ReadonlySet<string>;
  /** Whether the slice may be cut into shorter ones. */
  canBeCut: boolean;
}

export type SearchedSlice =
  /** The whole slice was searched, up to its newest message. */
  | { outcome: "searched"; found: number; newestTs: string | undefined }
  /** The slice would take too many calls for one sweep. */
  | { outcome: "too_long"; found: 0 }
  /** Time ran out before the end of the slice. */
  | { outcome: "late"; found: number };

/**
 * Uploads images from messages that were never delivered.
 * @throws {SlackApiError}
 * @throws {StorageError}
 */
export async function searchSlice(work: WorkPorts, slice: Slice): Promise<SearchedSlice> {
  if (work.clock.now() >= work.budget.startUntilMs) {
    return { outcome: "late", found: 0 };
  }
  const seen = await readSlice(work, slice);
  if (seen === undefined) {
    return { outcome: "too_long", found: 0 };
  }
  // If the app replied, record and marker were stored. A record alone is from a claim that crashed
  // between the two. Slack got no response then and delivers the message again, but not forever.
  const isLost = ([ts]: Candidate) => !slice.known.has(ts) || !seen.answered.has(ts);
  const lost = [...seen.candidates].filter(isLost).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { found, isAllBegun } = await uploadLost(work, slice, lost);
  return isAllBegun
    ? { outcome: "searched", found, newestTs: seen.newestTs }
    : { outcome: "late", found };
}

/** A slice that needs more calls is halved. */
const MAX_CALLS = 40;
/** The number of messages that Slack returns at once. */
const MESSAGES_PER_CALL = 200;
/** The number of messages uploaded at a time. */
const WIDTH = 4;

type Candidate = readonly [ts: string, UploadRequest];

interface Seen {
  /** Upload requests for messages with images, by `ts`. */
  candidates: Map<string, UploadRequest>;
  /** The `ts` of messages that the app replied to. */
  answered: Set<string>;
  newestTs: string | undefined;
}

/**
 * `undefined`: the slice is too long. A thread is read only if somebody other than the app replied
 * there.
 */
async function readSlice(work: WorkPorts, slice: Slice): Promise<Seen | undefined> {
  const { channelId, installation, oldestTs, latestTs, canBeCut } = slice;
  const deadline = { deadlineMs: work.budget.startUntilMs };
  const seen: Seen = { candidates: new Map(), answered: new Set(), newestTs: undefined };
  const threads: string[] = [];
  let messages = 0;
  const range = { channelId, oldestTs, ...(latestTs !== undefined && { latestTs }) };
  for await (const message of work.slack.history(range, deadline)) {
    messages += 1;
    note(work, message, { slice, seen });
    seen.newestTs = laterOf(inspectTs(message) ?? "", seen.newestTs);
    const root = inspectThreadRoot(message, installation);
    if (root?.isAnswered === true) {
      seen.answered.add(root.ts);
    }
    if (root?.hasOtherReplies === true) {
      threads.push(root.ts);
    }
    if (canBeCut && messages / MESSAGES_PER_CALL + threads.length > MAX_CALLS) {
      return undefined;
    }
  }
  for (const threadTs of threads) {
    for await (const message of work.slack.thread({ channelId, threadTs, oldestTs }, deadline)) {
      note(work, message, { slice, seen });
    }
  }
  return seen;
}

function note(
  { config }: WorkPorts,
  message: unknown,
  { slice, seen }: { slice: Slice; seen: Seen },
): void {
  const ts = inspectTs(message) ?? "";
  const inspected = inspectHistoryMessage(message, slice);
  const request = inspected && matchImageMessage(inspected, config);
  if (request !== undefined && ts > slice.oldestTs) {
    seen.candidates.set(ts, request);
  }
  const answeredTs = inspectMarkedTs(message);
  if (answeredTs !== undefined) {
    seen.answered.add(answeredTs);
  }
}

/** Claims in order. A claimed upload is safe, whatever happens to it now. */
async function uploadLost(
  work: WorkPorts,
  { known }: Slice,
  lost: readonly Candidate[],
): Promise<{ found: number; isAllBegun: boolean }> {
  let found = 0;
  let isAllBegun = true;
  await inParallel(lost, {
    width: WIDTH,
    async work([ts, request]) {
      if (work.clock.now() >= work.budget.startUntilMs) {
        isAllBegun = false;
        return;
      }
      const isToDo = !known.has(ts) || !(await isSettled(work, request));
      if (isToDo && (await uploadOne(work, request))) {
        found += 1;
      }
    },
  });
  return { found, isAllBegun };
}

/** Returns whether this sweep held the lease. */
async function uploadOne(work: WorkPorts, request: UploadRequest): Promise<boolean> {
  const claim = await claimUpload(work, request);
  try {
    await (claim && keepPromise(work, claim));
  } catch (error) {
    work.logger.warn("reconcile.failed", { record: request.ref, error: describeError(error) });
  }
  return claim?.isOurs === true;
}

/** Whether nothing is or can be done. Unreadable records are logged with the open work. */
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
