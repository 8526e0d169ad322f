import { createHash } from "node:crypto";
import { describeError, type Logger } from "../logger.ts";
import { IMAGE_TYPES } from "../image/inspect-image.ts";
import { prepareImage } from "../image/prepare-image.ts";
import {
  DownloadError,
  type DownloadErrorCode,
  type DownloadFile,
} from "../slack/file-download.ts";
import type { SlackFile } from "../slack/file.ts";
import type { CallOptions } from "../slack/api-call.ts";
import { imageKey } from "../storage/object-key.ts";
import { type Bucket, StorageError } from "../storage/s3.ts";
import { type FailureCode, identityOf, type RecordImage } from "./record.ts";

/** Slack's file → bytes → facts → object. What cannot be published comes back as a failed image. */
export type StoreImage = (
  file: SlackFile,
  image: RecordImage,
  options: CallOptions,
) => Promise<RecordImage>;

export function createStoreImage(options: {
  downloadFile: DownloadFile;
  bucket: Bucket;
  imagePrefix: string;
  keepMetadata: boolean;
  logger: Logger;
}): StoreImage {
  const { downloadFile, bucket, imagePrefix, keepMetadata, logger } = options;

  async function publish(
    ...[file, image, callOptions]: Parameters<StoreImage>
  ): Promise<RecordImage> {
    const body = await downloadFile(file.downloadUrl ?? "", callOptions);
    const prepared = prepareImage(body, { keepMetadata });
    if (prepared.outcome !== "prepared") {
      const code = prepared.outcome;
      logger.info("upload.refused", { file: file.id, code, bytes: body.byteLength });
      return failedImage(image, { code, bytes: body.byteLength });
    }
    const { bytes, facts, removed } = prepared;
    const { extension, mediaType } = IMAGE_TYPES[facts.type];
    const key = imageKey(imagePrefix, image.uuid, extension);
    // Refused because it exists: an earlier attempt of this same upload got that far.
    await bucket.put(key, bytes, {
      contentType: mediaType,
      cacheControl: IMMUTABLE,
      ifNoneMatch: "*",
    });
    return {
      ...identityOf(image),
      state: "uploaded",
      key,
      type: mediaType,
      width: facts.width,
      height: facts.height,
      bytes: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      ...(removed.length > 0 && { removed: [...removed] }),
    };
  }

  return async function storeImage(file, image, callOptions) {
    try {
      return await publish(file, image, callOptions);
    } catch (error) {
      const code = toFailureCode(error);
      logger.warn("upload.failed", { file: file.id, code, error: describeError(error) });
      const sizeBytes = error instanceof DownloadError ? error.sizeBytes : undefined;
      return failedImage(image, { code, bytes: sizeBytes ?? file.sizeBytes });
    }
  };
}

export function failedImage(
  image: RecordImage,
  { code, bytes }: { code: FailureCode; bytes?: number | undefined },
): RecordImage {
  return { ...identityOf(image), state: "failed", code, ...(bytes !== undefined && { bytes }) };
}

const IMMUTABLE = "public, max-age=31536000, immutable";

const DOWNLOAD_FAILURES: Readonly<Record<DownloadErrorCode, FailureCode>> = {
  no_access: "no_access",
  gone: "gone",
  too_large: "too_large",
  foreign_host: "external",
  unavailable: "not_downloaded",
};

/** @throws what is neither of the two: a fault of the program, not of the image. */
function toFailureCode(error: unknown): FailureCode {
  if (error instanceof DownloadError) {
    return DOWNLOAD_FAILURES[error.code];
  }
  if (error instanceof StorageError) {
    return "not_stored";
  }
  throw error;
}
