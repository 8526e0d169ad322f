import type { WorkPorts } from "../ports.ts";
import type { RecordImage, UploadRecord } from "../records/record.ts";
import { toError } from "../to-error.ts";
import { imageKeyPrefix } from "../storage/object-key.ts";

export interface FinishedDeletions {
  /** The file ids of images whose objects are gone. */
  deleted: ReadonlySet<string>;
  /** Why the objects of other images remain, if any do. */
  problem?: Error | undefined;
}

/**
 * Deletes the objects of images that people want deleted. A late worker may have put an object
 * after its image was deleted, so `isAgain` checks images that are already deleted once more.
 */
export async function finishDeletions(
  work: WorkPorts,
  record: UploadRecord,
  { isAgain }: { isAgain: boolean },
): Promise<FinishedDeletions> {
  const deleted = new Set<string>();
  let problem: Error | undefined;
  for (const image of record.images) {
    if (image.state === "deleting" || (isAgain && image.state === "deleted")) {
      try {
        await deleteObjects(work, image);
        deleted.add(image.fileId);
      } catch (error) {
        problem = toError(error);
      }
    }
  }
  return { deleted, problem };
}

/**
 * Deletes copies and leftovers of crashed attempts too, because all keys of an image begin with its
 * uuid.
 */
async function deleteObjects(
  { images, config, logger }: WorkPorts,
  image: Extract<RecordImage, { deletedBy: string }>,
): Promise<void> {
  const { fileId, uuid, key: known, deletedBy, state } = image;
  for await (const { key } of images.list(imageKeyPrefix(config.imagePrefix, uuid))) {
    await images.delete(key);
    if (state === "deleted") {
      logger.warn("object.late", { file: fileId, key });
    }
  }
  if (state === "deleting") {
    logger.info("upload.deleted", { file: fileId, key: known, user: deletedBy });
  }
}
