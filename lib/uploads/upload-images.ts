import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";
import type { SlackFile } from "../slack/file.ts";
import type { Claim } from "./claim-upload.ts";
import type { ReplyPublisher } from "./publish-reply.ts";
import { type RecordImage, type UploadRecord, withImage } from "./record.ts";
import { openRecordSession, type RecordSession } from "./record-session.ts";
import type { RecordStore } from "./record-store.ts";
import type { ResolvedFile, ResolveFile } from "./resolve-file.ts";
import { failedImage, type StoreImage } from "./store-image.ts";

/** The work behind the ack: every image of a claimed message, then the reply, then the record `done`. */
export type UploadImages = (claim: Claim) => Promise<void>;

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
    const deadlineMs = startMs + WORK_BUDGET_MS;
    const session = openRecordSession(records, claim.stored);
    const resolved = await resolveAll(session.record, { claim, deadlineMs });
    const images = await dropIgnored(session, resolved);
    if (images.length > 0) {
      const isAnnounced = announce(session, { mayBePosted: claim.isTakenOver, deadlineMs });
      await storeAll(session, resolved);
      const mayBePosted = claim.isTakenOver || !(await isAnnounced);
      await reply.publish(session, { mayBePosted, deadlineMs });
    }
    const record = await session.update((present) => ({ ...present, state: "done" }));
    logger.info("upload.finished", { ...summarize(record), durationMs: clock.now() - startMs });
  };

  async function resolveAll(
    record: UploadRecord,
    { claim, deadlineMs }: { claim: Claim; deadlineMs: number },
  ): Promise<ReadonlyMap<string, ResolvedFile>> {
    const { homeTeamIds } = record;
    const pending = new Set(record.images.filter(isPending).map(({ fileId }) => fileId));
    const files = claim.files.filter((file) => pending.has(file.id));
    const resolved = new Map<string, ResolvedFile>();
    await forEachOf(files, async (file) => {
      resolved.set(file.id, await resolveFile(file, { homeTeamIds, deadlineMs }));
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

  async function storeAll(
    session: RecordSession,
    resolved: ReadonlyMap<string, ResolvedFile>,
  ): Promise<void> {
    await forEachOf(session.record.images.filter(isPending), async (image) => {
      const finished = await finishImage(image, resolved.get(image.fileId));
      await session.update((record) => withImage(record, finished));
    });
  }

  async function finishImage(
    image: RecordImage,
    resolved: ResolvedFile | undefined,
  ): Promise<RecordImage> {
    if (resolved?.outcome !== "image") {
      return failedImage(image, { code: resolved?.outcome === "failed" ? resolved.code : "gone" });
    }
    const startMs = clock.now();
    const { file } = resolved;
    const finished = await storeImage(file, { ...image, name: nameOf(file, image) });
    if (finished.state === "uploaded") {
      const { key, bytes } = finished;
      logger.info("upload.stored", {
        file: file.id,
        key,
        bytes,
        durationMs: clock.now() - startMs,
      });
    }
    return finished;
  }
}

/** Less than the function's `maxDuration` of 300 s by the time that the last writes may take. */
const WORK_BUDGET_MS = 270_000;
const CONCURRENCY = 4;

async function dropIgnored(
  session: RecordSession,
  resolved: ReadonlyMap<string, ResolvedFile>,
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

function summarize({ channelId, ts, images }: UploadRecord) {
  const uploaded = images.filter((image) => image.state === "uploaded").length;
  return { channel: channelId, ts, uploaded, failed: images.length - uploaded };
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
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
