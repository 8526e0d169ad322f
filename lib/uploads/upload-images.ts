import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";
import { createStub, type SlackFile } from "../slack/file.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { toFirstAlt } from "../tag/alt-text.ts";
import type { Claim } from "./claim-upload.ts";
import type { ReplyPublisher } from "./publish-reply.ts";
import { type RecordImage, type UploadRecord, withOutcome } from "./record.ts";
import { openRecordSession, type RecordSession } from "./record-session.ts";
import type { RecordStore } from "./record-store.ts";
import type { ResolvedFile, ResolveFile } from "./resolve-file.ts";
import { failedImage, type StoreImage } from "./store-image.ts";

/** The work behind the ack: every image of a claimed upload, then the reply, then the record `done`, which is returned. */
export type UploadImages = (claim: Claim) => Promise<UploadRecord>;

export interface UploadDependencies {
  records: RecordStore;
  resolveFile: ResolveFile;
  storeImage: StoreImage;
  reply: ReplyPublisher;
  clock: Clock;
  logger: Logger;
}

export function createUploadImages(dependencies: UploadDependencies): UploadImages {
  const { records, resolveFile, storeImage, reply, clock, logger } = dependencies;

  return async function uploadImages(claim) {
    const startMs = clock.now();
    const budget = {
      startUntilMs: startMs + START_BUDGET_MS,
      deadlineMs: startMs + WORK_BUDGET_MS,
    };
    const session = openRecordSession(records, claim.stored);
    const resolved = await resolveAll(session.record, { claim, ...budget });
    const images = await dropIgnored(session, resolved);
    if (images.length > 0) {
      const isAnnounced = announce(session, { mayBePosted: claim.isTakenOver, ...budget });
      await allSettled([isAnnounced, storeAll(session, { resolved, ...budget })]);
      const mayBePosted = claim.isTakenOver || !(await isAnnounced);
      await publish(session, { mayBePosted, ...budget });
    }
    const record = await finish(session, budget);
    logger.info("upload.finished", { ...summarize(record), durationMs: clock.now() - startMs });
    return record;
  };

  async function resolveAll(
    record: UploadRecord,
    { claim, deadlineMs }: { claim: Claim; deadlineMs: number },
  ): Promise<Resolved> {
    const { homeTeamIds } = record;
    const described = new Map(claim.files.map((file) => [file.id, file]));
    const resolved = new Map<string, ResolvedFile>();
    await forEachOf(record.images.filter(isPending), async ({ fileId }) => {
      const file = described.get(fileId) ?? createStub(fileId);
      const isAskedFor = record.requestedBy.length > 0;
      resolved.set(fileId, await resolveFile(file, { homeTeamIds, isAskedFor, deadlineMs }));
    });
    return resolved;
  }

  /** The upload does not wait for the word that it began, nor fail when that cannot be said. */
  async function announce(...args: Parameters<ReplyPublisher["announce"]>): Promise<boolean> {
    try {
      await reply.announce(...args);
      return true;
    } catch (error) {
      logger.warn("reply.failed", { record: args[0].key, error: describeError(error) });
      return false;
    }
  }

  /** What the conversation does not take any more is no reason to try for ever: the images are there. */
  async function publish(...args: Parameters<ReplyPublisher["publish"]>): Promise<void> {
    try {
      await reply.publish(...args);
    } catch (error) {
      if (!(error instanceof SlackApiError) || !CLOSED_TO_US.has(error.code)) {
        throw error;
      }
      logger.error("reply.failed", { record: args[0].key, error: describeError(error) });
    }
  }

  /** What cannot be begun in time stays pending. */
  async function storeAll(
    session: RecordSession,
    { resolved, startUntilMs }: { resolved: Resolved; startUntilMs: number },
  ): Promise<void> {
    await forEachOf(session.record.images.filter(isPending), async (image) => {
      if (clock.now() >= startUntilMs) {
        return;
      }
      const outcome = await finishImage(image, {
        resolved: resolved.get(image.fileId),
        startUntilMs,
      });
      await session.update((record) => withOutcome(record, outcome));
    });
  }

  async function finishImage(
    image: RecordImage,
    { resolved, startUntilMs }: { resolved: ResolvedFile | undefined; startUntilMs: number },
  ): Promise<RecordImage> {
    if (resolved?.outcome !== "image") {
      return failedImage(image, { code: resolved?.outcome === "failed" ? resolved.code : "gone" });
    }
    const startMs = clock.now();
    const { file } = resolved;
    const { alt = toFirstAlt(file.altText) } = image;
    const named = { ...image, name: nameOf(file, image), alt };
    const outcome = await storeImage(file, named, { deadlineMs: startUntilMs });
    if (outcome.state === "uploaded") {
      const { key, bytes, removed } = outcome;
      const durationMs = clock.now() - startMs;
      logger.info("upload.stored", { file: file.id, key, bytes, removed, durationMs });
    }
    return outcome;
  }

  /**
   * Whoever edits a tag after this sees `done` and publishes; what was edited before it, and not yet shown, is shown
   * here. What is still pending is left to reconcile, at once: the lease ends.
   */
  async function finish(
    session: RecordSession,
    { deadlineMs }: { deadlineMs: number },
  ): Promise<UploadRecord> {
    const shown = session.record;
    const leaseUntil = new Date(clock.now()).toISOString();
    const record = await session.update((present) => {
      const isLeft = present.images.some(isPending);
      const isOurs = present.leaseId === shown.leaseId;
      return isLeft ? { ...present, ...(isOurs && { leaseUntil }) } : { ...present, state: "done" };
    });
    if (!isDeepStrictEqual(record.images, shown.images)) {
      await publish(session, { mayBePosted: false, deadlineMs });
    }
    return record;
  }
}

type Resolved = ReadonlyMap<string, ResolvedFile>;

/** Of the function's `maxDuration` of 300 s: no image is begun after this, for one may take a minute and a half. */
const START_BUDGET_MS = 190_000;
/** Slack's `Retry-After` is waited for until then; the last writes follow. */
const WORK_BUDGET_MS = 285_000;
const CONCURRENCY = 4;

/** The app was removed, the channel archived, the thread deleted: what else fails is tried again by reconcile. */
const CLOSED_TO_US: ReadonlySet<string> = new Set([
  "cannot_reply_to_message",
  "channel_not_found",
  "is_archived",
  "message_not_found",
  "not_in_channel",
  "restricted_action",
  "restricted_action_thread_locked",
  "thread_not_found",
]);

async function dropIgnored(
  session: RecordSession,
  resolved: Resolved,
): Promise<readonly RecordImage[]> {
  const isIgnored = (image: RecordImage) => resolved.get(image.fileId)?.outcome === "ignored";
  if (!session.record.images.some(isIgnored)) {
    return session.record.images;
  }
  const { images } = await session.update((record) => ({
    ...record,
    images: record.images.filter((image) => !isIgnored(image)),
  }));
  return images;
}

function isPending(image: RecordImage): boolean {
  return image.state === "pending";
}

/** A stub had no name when the record was made. */
function nameOf(file: SlackFile, image: RecordImage): string {
  return file.hasName ? file.name : image.name;
}

function summarize({ source, images }: UploadRecord) {
  const origin =
    source.type === "message"
      ? { channel: source.channelId, ts: source.ts }
      : { view: source.viewId };
  const count = (state: RecordImage["state"]) =>
    images.filter((image) => image.state === state).length;
  return { ...origin, uploaded: count("uploaded"), failed: count("failed") };
}

/** Side by side, at most four at a time: more would only hold more images in memory. */
async function forEachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  async function worker(): Promise<void> {
    for (const item of remaining) {
      await work(item);
    }
  }
  await allSettled(Array.from({ length: CONCURRENCY }, worker));
}

/** Rejects as `Promise.all` does, but later: what goes on behind a work that has ended is kept alive by nobody. */
async function allSettled(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
