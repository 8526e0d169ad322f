import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { CallOptions } from "../slack/api-call.ts";
import { imageKeyPrefix } from "../storage/object-key.ts";
import type { Bucket } from "../storage/s3.ts";
import type { ReplyPublisher } from "./publish-reply.ts";
import { type UploadedImage, type UploadRecord, withDeleted } from "./record.ts";
import { openRecordSession } from "./record-session.ts";
import type { RecordStore } from "./record-store.ts";

/** `deleted`: it is gone, now or since before. */
export type Deletion = "deleted" | "not_allowed" | "unknown";

export interface DeletedImage {
  /** Of the record. */
  key: string;
  fileId: string;
  userId: string;
}

export interface DeleteImage {
  (image: DeletedImage, options: CallOptions): Promise<Deletion>;
}

/** The object first, so that a record never says "deleted" of an image that is still public. */
export function createDeleteImage(dependencies: {
  records: RecordStore;
  images: Bucket;
  imagePrefix: string;
  reply: ReplyPublisher;
  adminUserIds: ReadonlySet<string>;
  clock: Clock;
  logger: Logger;
}): DeleteImage {
  const { records, images, imagePrefix, reply, adminUserIds, clock, logger } = dependencies;

  return async function deleteImage({ key, fileId, userId }, { deadlineMs }) {
    const stored = await records.read(key);
    const image = stored?.record.images.find((candidate) => candidate.fileId === fileId);
    if (stored === undefined || image === undefined) {
      return "unknown";
    }
    if (!mayDelete(stored.record, userId)) {
      return "not_allowed";
    }
    if (image.state === "uploaded") {
      await deleteObjects(image);
      logger.info("upload.deleted", { file: fileId, key: image.key, user: userId });
    }
    const session = openRecordSession(records, stored);
    const deletedAt = new Date(clock.now()).toISOString();
    await session.update((record) => withDeleted(record, { fileId, deletedBy: userId, deletedAt }));
    await reply.publish(session, { mayBePosted: false, deadlineMs });
    return "deleted";
  };

  /** Also the copies of other widths, and whatever an attempt that died has left: all keys begin with the uuid. */
  async function deleteObjects({ key, uuid }: UploadedImage): Promise<void> {
    for await (const copy of images.list(imageKeyPrefix(imagePrefix, uuid))) {
      if (copy.key !== key) {
        await images.delete(copy.key);
      }
    }
    await images.delete(key);
  }

  function mayDelete({ uploader, requestedBy }: UploadRecord, userId: string): boolean {
    return uploader === userId || requestedBy.includes(userId) || adminUserIds.has(userId);
  }
}
