import { isoNow } from "../clock.ts";
import type { WorkPorts } from "../ports.ts";
import type { RecordImage, UploadRecord } from "../records/record.ts";
import type { DeletionOutcome } from "../records/record-changes.ts";
import { toError } from "../to-error.ts";
import { cdnPaths, imageKeyPrefix } from "../storage/object-key.ts";
import { adviseOnCdn } from "../storage/store-advice.ts";

export interface FinishedDeletions extends DeletionOutcome {
  /** Why objects or copies of other images remain, if any do. */
  problem?: Error | undefined;
}

/**
 * Deletes the objects of images that people want deleted, then makes the CDN forget its copies.
 * Only a caller that notes the outcome in the record may do the latter, because no object may
 * appear afterwards: CloudFront takes the same reference for the same invalidation.
 *
 * A late worker may have put an object after its image was deleted, so `isAgain` checks images that
 * are already deleted once more.
 */
export async function finishDeletions(
  work: WorkPorts,
  record: UploadRecord,
  options: { isAgain: boolean },
): Promise<FinishedDeletions> {
  const { lateUntil = "" } = record;
  const watchedUntil = options.isAgain && lateUntil <= isoNow(work.clock) ? lateUntil : "";
  const { gone, problem } = await deleteObjects(work, record, options);
  const deleted = new Set<string>();
  const cached = new Set<string>();
  for (const { image, lateAt } of gone) {
    const reference = referenceOf(image, lateAt || watchedUntil);
    try {
      if (reference !== undefined && !(await forgetCopies(work, image, reference))) {
        cached.add(image.fileId);
      }
    } catch (error) {
      // The other images would wait for the CDN in vain, too.
      return { deleted, cached, problem: toError(error) };
    }
    if (image.state === "deleting") {
      const { fileId: file, key, deletedBy: user } = image;
      work.logger.info("upload.deleted", { file, key, user });
    }
    deleted.add(image.fileId);
  }
  return { deleted, cached, problem, ...(problem === undefined && { watchedUntil }) };
}

export interface DeletedObjects {
  gone: readonly GoneImage[];
  problem: Error | undefined;
}

interface GoneImage {
  image: DeletedImage;
  /** When the latest object came after the image was deleted, in ISO 8601; "" if none did. */
  lateAt: string;
}

type DeletedImage = Extract<RecordImage, { deletedBy: string }>;

/** Does the first half of it, which need not wait for anybody. */
export async function deleteObjects(
  work: WorkPorts,
  record: UploadRecord,
  { isAgain }: { isAgain: boolean },
): Promise<DeletedObjects> {
  const gone: GoneImage[] = [];
  let problem: Error | undefined;
  for (const image of record.images) {
    if (image.state === "deleting" || (isAgain && image.state === "deleted")) {
      try {
        gone.push({ image, lateAt: await deleteObjectsOf(work, image) });
      } catch (error) {
        problem = toError(error);
      }
    }
  }
  return { gone, problem };
}

/**
 * Deletes copies and leftovers of crashed attempts too, because all keys of an image begin with its
 * uuid.
 */
async function deleteObjectsOf(
  { images, config, logger }: WorkPorts,
  { fileId, uuid, state }: DeletedImage,
): Promise<string> {
  let lateAt = "";
  for await (const { key, lastModified } of images.list(imageKeyPrefix(config.imagePrefix, uuid))) {
    await images.delete(key);
    if (state === "deleted") {
      logger.warn("object.late", { file: fileId, key });
      const putAt = lastModified.toISOString();
      lateAt = putAt > lateAt ? putAt : lateAt;
    }
  }
  return lateAt;
}

/**
 * A deletion has one reference however often it is repeated. What came after it needs another one:
 * the time of the late object or, in case whoever deleted that died, the end of the watch.
 * `undefined`: the CDN has forgotten all that there was.
 */
function referenceOf({ uuid, state }: DeletedImage, lateAt: string): string | undefined {
  if (state === "deleting") {
    return uuid;
  }
  return lateAt === "" ? undefined : `${uuid}-${Date.parse(lateAt)}`;
}

/** Returns whether no copies are left. */
async function forgetCopies(
  { cdn, config, budget, logger }: WorkPorts,
  { fileId: file, uuid }: DeletedImage,
  reference: string,
): Promise<boolean> {
  if (cdn === undefined) {
    return true;
  }
  const paths = cdnPaths(config.publicBaseUrl, imageKeyPrefix(config.imagePrefix, uuid));
  const answer = await cdn.invalidate(paths, { reference, deadlineMs: budget.storeUntilMs });
  if (answer.outcome === "refused") {
    const { status, code } = answer;
    logger.error("cdn.failed", { file, paths, status, code, advice: adviseOnCdn(answer) });
    return false;
  }
  logger.info("cdn.invalidated", { file, paths, invalidation: answer.id });
  return true;
}
