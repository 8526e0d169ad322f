import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";
import { SlackApiError } from "../slack/api-call.ts";
import {
  inspectHistoryMessage,
  inspectThreadRoot,
  type Installation,
  type SlackMessage,
} from "../slack/payloads.ts";
import type { SlackClient } from "../slack/web-client.ts";
import { parseRecordKey, type RecordRef } from "../storage/object-key.ts";
import type { Bucket } from "../storage/s3.ts";
import type { Claim, UploadClaims, UploadRequest } from "./claim-upload.ts";
import { findOpenRecords } from "./find-open-records.ts";
import type { FailureCode, UploadRecord } from "./record.ts";
import type { SweepState, SweepStateStore } from "./sweep-state.ts";
import type { UploadImages } from "./upload-images.ts";

/** What one sweep did. */
export interface SweepReport {
  /** Records that were begun and left behind, and are done now. */
  finished: number;
  /** Messages with images of which there was no record, uploaded now. */
  found: number;
  /** Records that are not done: somebody is at them, or they failed again. */
  open: number;
  channels: number;
  /** The time was up before all was seen: the next sweep goes on there. */
  isComplete: boolean;
}

export type Reconcile = () => Promise<SweepReport>;

export interface ReconcileDependencies {
  slack: SlackClient;
  state: Bucket;
  statePrefix: string;
  sweeps: SweepStateStore;
  claims: UploadClaims;
  uploadImages: UploadImages;
  /** The upload of a message's images, or `undefined` when it is not ours to act on. */
  matchMessage: (message: SlackMessage) => UploadRequest | undefined;
  /** `CHANNEL_IDS`; empty is every channel that is known. */
  channelIds: ReadonlySet<string>;
  /** Whether messages without a record are looked for at all. */
  findsMessages: boolean;
  clock: Clock;
  logger: Logger;
}

/**
 * Finishes what died, with the same keys and in the same reply, and uploads what was never delivered. Everything goes
 * through claims: two sweeps at once, or a sweep and a delivery, do no harm to each other.
 */
export function createReconcile(dependencies: ReconcileDependencies): Reconcile {
  const { slack, claims, uploadImages, sweeps, clock, logger } = dependencies;

  return async function reconcile() {
    const startMs = clock.now();
    const sweep: Sweep = { startMs, deadlineMs: startMs + SWEEP_BUDGET_MS, finished: 0, found: 0 };
    const before = await sweeps.read();
    const { open, channelIds } = await finishOpen(sweep, before);
    const sweptUntilMs = dependencies.findsMessages
      ? await findLost(sweep, { before, known: channelIds })
      : before.sweptUntilMs;
    const after: SweepState = {
      version: 1,
      sweptUntilMs,
      checkedUntilMs: startMs - SKEW_MS,
      open,
    };
    await sweeps.write(after);
    const report = {
      finished: sweep.finished,
      found: sweep.found,
      open: open.length,
      channels: Object.keys(sweptUntilMs).length,
      isComplete: clock.now() < sweep.deadlineMs,
    };
    logger.info("reconcile.finished", { ...report, durationMs: clock.now() - startMs });
    return report;
  };

  /** The records that are still open afterwards, and the channels that records know. */
  async function finishOpen(sweep: Sweep, before: SweepState) {
    const { candidates, channelIds } = await findOpenRecords(dependencies.state, {
      statePrefix: dependencies.statePrefix,
      oldestMs: sweep.startMs - WINDOW_MS,
      checkedUntilMs: before.checkedUntilMs,
    });
    const open: string[] = [];
    for (const key of new Set([...before.open, ...candidates])) {
      const isDone = clock.now() < sweep.deadlineMs ? await finishRecord(sweep, key) : false;
      if (!isDone) {
        open.push(key);
      }
    }
    return { open, channelIds };
  }

  async function finishRecord(sweep: Sweep, key: string): Promise<boolean> {
    const ref = parseRecordKey(dependencies.statePrefix, key)?.ref;
    if (ref === undefined) {
      return true;
    }
    try {
      const claim = await takeOver(ref);
      if (claim?.isOurs !== true) {
        return claim === undefined || claim.stored.record.state === "done";
      }
      const isDone = await upload(claim);
      sweep.finished += isDone ? 1 : 0;
      return isDone;
    } catch (error) {
      logger.warn("reconcile.failed", { record: key, error: describeError(error) });
      return false;
    }
  }

  /** What is left behind, and what failed for want of an answer. */
  async function takeOver(ref: RecordRef): Promise<Claim | undefined> {
    const claim = await claims.amend(ref, {});
    return claim !== undefined && isWorthAnotherTry(claim.stored.record)
      ? claims.amend(ref, { retryFailed: true })
      : claim;
  }

  async function upload(claim: Claim): Promise<boolean> {
    const record = await uploadImages(claim);
    return record.state === "done";
  }

  /** By channel, until when it was searched; the one that waited longest comes first. */
  async function findLost(
    sweep: Sweep,
    { before, known }: { before: SweepState; known: ReadonlySet<string> },
  ): Promise<SweepState["sweptUntilMs"]> {
    const installation = await slack.authTest(sweep);
    const swept = { ...before.sweptUntilMs };
    const channelIds = await listChannels(sweep, known);
    const byAge = channelIds.toSorted((a, b) => (swept[a] ?? 0) - (swept[b] ?? 0));
    for (const channelId of byAge) {
      const oldestMs = Math.max(sweep.startMs - WINDOW_MS, (swept[channelId] ?? 0) - OVERLAP_MS);
      if (await searchChannel(sweep, { channelId, oldestMs, installation })) {
        swept[channelId] = sweep.startMs;
      }
    }
    return Object.fromEntries(channelIds.map((channelId) => [channelId, swept[channelId] ?? 0]));
  }

  async function listChannels(sweep: Sweep, known: ReadonlySet<string>): Promise<string[]> {
    if (dependencies.channelIds.size > 0) {
      return [...dependencies.channelIds];
    }
    try {
      return [...new Set([...known, ...(await slack.listChannels(sweep))])];
    } catch (error) {
      if (error instanceof SlackApiError && error.code === "missing_scope") {
        return [...known];
      }
      throw error;
    }
  }

  /** Whether all of it was seen. */
  async function searchChannel(sweep: Sweep, search: ChannelSearch): Promise<boolean> {
    try {
      for await (const message of messagesOf(sweep, search)) {
        if (clock.now() >= sweep.deadlineMs) {
          return false;
        }
        const { channelId, installation } = search;
        const inspected = inspectHistoryMessage(message, { channelId, installation });
        const request = inspected && dependencies.matchMessage(inspected);
        const claim = request && (await claims.claim(request));
        if (claim?.isOurs === true) {
          sweep.found += (await upload(claim)) ? 1 : 0;
        }
      }
      return true;
    } catch (error) {
      logger.warn("reconcile.failed", { channel: search.channelId, error: describeError(error) });
      return false;
    }
  }

  /** What was posted since, and in the threads that began since. */
  async function* messagesOf(
    sweep: Sweep,
    { channelId, oldestMs }: ChannelSearch,
  ): AsyncIterable<unknown> {
    for await (const message of slack.history({ channelId, oldestTs: toTs(oldestMs) }, sweep)) {
      yield message;
      const threadTs = inspectThreadRoot(message);
      if (threadTs !== undefined) {
        yield* slack.thread({ channelId, threadTs }, sweep);
      }
    }
  }
}

interface Sweep {
  startMs: number;
  /** Epoch ms: nothing is begun after it. */
  deadlineMs: number;
  finished: number;
  found: number;
}

interface ChannelSearch {
  channelId: string;
  oldestMs: number;
  installation: Installation;
}

const HOUR_MS = 3_600_000;
/**
 * Of messages that are looked at: as long as Slack delivers an event late, and more than the time between two sweeps a
 * day, each of which may begin an hour late (https://vercel.com/docs/cron-jobs/usage-and-pricing).
 */
const WINDOW_MS = 26 * HOUR_MS;
/** Of the function's 300 s; the rest is for what has been begun. */
const SWEEP_BUDGET_MS = 60_000;
/** Between this clock, Slack's and S3's. */
const SKEW_MS = 900_000;
const OVERLAP_MS = 900_000;

/** Of tries, after the post: whatever still fails then is up to people, who have a button for it. */
const TRIES_WINDOW_MS = 900_000;

/** Slack or S3 did not answer, or not sensibly: nothing is wrong with the image. */
const PASSING_FAILURES: ReadonlySet<FailureCode> = new Set(["not_downloaded", "not_stored"]);

/** Its last try ended, as its lease tells, soon after the post. */
function isWorthAnotherTry({ state, source, leaseUntil, images }: UploadRecord): boolean {
  return (
    state === "done" &&
    source.type === "message" &&
    images.some((image) => image.state === "failed" && PASSING_FAILURES.has(image.code)) &&
    Date.parse(leaseUntil) <= Number(source.ts) * 1000 + TRIES_WINDOW_MS
  );
}

/** Slack's `ts` of that time: two of them compare as text. */
function toTs(epochMs: number): string {
  return `${Math.floor(epochMs / 1000)}.000000`;
}
