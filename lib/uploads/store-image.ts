import { createHash } from "node:crypto";
import { describeError, type Logger } from "../logger.ts";
import { IMAGE_TYPES, inspectImage } from "../image/inspect-image.ts";
import {
  DownloadError,
  type DownloadErrorCode,
  type DownloadFile,
} from "../slack/file-download.ts";
import type { SlackFile } from "../slack/file.ts";
import type { CallOptions } from "../slack/api-call.ts";
import { imageKey, variantKey } from "../storage/object-key.ts";
import { type Bucket, StorageError } from "../storage/s3.ts";
import type { SourceImage } from "../codecs/rework-image.ts";
import type { PictureWork } from "./attempt-step.ts";
import type { Picture, PictureMaker } from "./make-picture.ts";
import { type FailureCode, identityOf, type RecordImage, type UploadedImage } from "./record.ts";

/**
 * Slack's file → bytes → picture → objects. What cannot be published comes back as a failed image, what there is no time
 * for as it was.
 */
export type StoreImage = (
  file: SlackFile,
  image: RecordImage,
  options: CallOptions,
) => Promise<RecordImage>;

export function createStoreImage(options: {
  downloadFile: DownloadFile;
  pictures: PictureMaker;
  bucket: Bucket;
  imagePrefix: string;
  logger: Logger;
}): StoreImage {
  const { downloadFile, pictures, bucket, imagePrefix, logger } = options;

  async function publish(
    ...[file, image, { deadlineMs }]: Parameters<StoreImage>
  ): Promise<RecordImage> {
    const work = { file, deadlineMs };
    const body = await downloadFile(file.downloadUrl ?? "", { deadlineMs });
    const made = await pictures.make(body, work);
    switch (made.outcome) {
      case "late":
        return image;
      case "refused":
        logger.info("upload.refused", { file: file.id, code: made.code, bytes: body.byteLength });
        return failedImage(image, { code: made.code, bytes: body.byteLength });
      case "made":
        return storePicture(made.picture, image, work);
    }
  }

  async function storePicture(
    picture: Picture,
    image: RecordImage,
    work: PictureWork,
  ): Promise<UploadedImage> {
    const { removed, density, original, isPreview } = picture;
    const { extension, mediaType } = IMAGE_TYPES[picture.facts.type];
    const key = imageKey(imagePrefix, image.uuid, extension);
    const stored = await putOnce(key, picture);
    const variants = await storeVariants(picture, { stored, image, work });
    const { bytes, facts } = stored;
    return {
      ...identityOf(image),
      alt: image.alt ?? "",
      state: "uploaded",
      key,
      type: mediaType,
      width: facts.width,
      height: facts.height,
      ...(density !== undefined && { density }),
      bytes: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      ...(removed.length > 0 && { removed: [...removed] }),
      ...(original !== undefined && { original }),
      ...(isPreview !== undefined && { isPreview }),
      ...(variants.length > 0 && { variants }),
    };
  }

  /** An image without one of its copies is still an image. */
  async function storeVariants(
    picture: Picture,
    { stored, image, work }: { stored: StoredImage; image: RecordImage; work: PictureWork },
  ): Promise<Variant[]> {
    const variants: Variant[] = [];
    for await (const variant of pictures.makeVariants(picture, work)) {
      const key = variantKey(imagePrefix, image.uuid, variant.facts.width);
      try {
        const copy = variant === picture ? stored : await putOnce(key, variant);
        variants.unshift({ key: copy.key, width: copy.facts.width });
      } catch (error) {
        const described = describeError(error);
        logger.warn("picture.failed", { file: work.file.id, step: "variant", error: described });
        if (variants.length === 0) {
          break;
        }
      }
    }
    return variants;
  }

  /** Where an earlier attempt of this same upload got that far, its object stays, and is what people see. */
  async function putOnce(key: string, source: SourceImage): Promise<StoredImage> {
    const { outcome } = await bucket.put(key, source.bytes, {
      contentType: IMAGE_TYPES[source.facts.type].mediaType,
      cacheControl: IMMUTABLE,
      ifNoneMatch: "*",
    });
    const present = outcome === "stored" ? undefined : await bucket.get(key);
    const facts = present && inspectImage(present.body);
    return present && facts
      ? { key, bytes: present.body, facts }
      : { key, bytes: source.bytes, facts: source.facts };
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

interface StoredImage extends SourceImage {
  key: string;
}
type Variant = NonNullable<UploadedImage["variants"]>[number];

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
