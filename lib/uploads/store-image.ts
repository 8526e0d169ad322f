import { sha256 } from "../give-way.ts";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import {
  type FailureCode,
  identityOf,
  type RecordImage,
  type UploadedImage,
} from "../records/record.ts";
import { FORMATS } from "../images/formats.ts";
import { inspectImage } from "../images/inspect-image.ts";
import { isTokenDead, SlackApiError } from "../slack/api-call.ts";
import { DownloadError } from "../slack/file-download.ts";
import type { SlackFile } from "../slack/file.ts";
import { isStranger } from "../slack/payloads.ts";
import { IMMUTABLE, imageKey, variantKey } from "../storage/object-key.ts";
import type { SourceImage } from "../images/codecs/rework-image.ts";
import type { ImageWork } from "../images/codecs/attempt-step.ts";
import {
  makeImage,
  makeVariants,
  type Making,
  type PublishableImage,
} from "../images/make-image.ts";
import { toFailureCode } from "./failure-code.ts";
import { addressOf, describeFile, type FileSource } from "./resolve-file.ts";
import { isNotYet, whileFresh } from "./while-fresh.ts";

/**
 * Downloads a file from Slack, makes the image and stores its objects, once there is room for its
 * bytes. Returns a failed image if it cannot be published, and the unchanged image if there is no
 * time.
 * @throws {SlackApiError} if the token is dead, which says nothing about the image.
 */
export async function storeImage(
  work: WorkPorts,
  file: SlackFile,
  { image, channelId, homeTeamIds, isFresh }: FileSource & { image: RecordImage },
): Promise<RecordImage> {
  try {
    return await whileFresh(work, isFresh, async (round) => {
      const isDescribed = round === 0 && file.downloadUrl !== undefined;
      const latest = isDescribed ? file : await describeFile(work, file.id);
      if (isStranger(latest.teamId, homeTeamIds)) {
        throw new DownloadError("foreign_host", "it belongs to another organization");
      }
      // It waits for its turn without holding room, and for Slack in the same way.
      const publishing = () => publish(work, latest, { image, channelId });
      return work.bytesInFlight.take(weightOf(work, latest), publishing);
    });
  } catch (error) {
    const code = isFresh && isNotYet(error) ? "not_ready" : toFailureCode(error);
    if (code === "no_access") {
      await confirmToken(work);
    }
    work.logger.warn("upload.failed", { file: file.id, code, error: describeError(error) });
    const sizeBytes = error instanceof DownloadError ? error.sizeBytes : undefined;
    return failedImage(image, { code, bytes: sizeBytes ?? file.sizeBytes });
  }
}

interface MeantImage extends Pick<FileSource, "channelId"> {
  image: RecordImage;
}

function weightOf({ config }: WorkPorts, { sizeBytes }: SlackFile): number {
  const { maxImageBytes } = config;
  return Math.min(sizeBytes ?? maxImageBytes, maxImageBytes);
}

async function publish(
  ports: WorkPorts,
  file: SlackFile,
  { image, channelId }: MeantImage,
): Promise<RecordImage> {
  const work = { fileId: file.id, deadlineMs: ports.budget.startUntilMs };
  if (ports.clock.now() >= work.deadlineMs) {
    return image;
  }
  const body = await ports.downloadFile(addressOf(file), work);
  if (body.byteLength === 0 && (file.sizeBytes ?? 0) > 0) {
    throw new DownloadError("not_served", `none of ${file.sizeBytes} bytes arrived`);
  }
  const readPreview = () => downloadPreview(ports, file, work);
  const { imageOptions: wanted } = await ports.settingsFor(channelId);
  const making = { ...work, wanted };
  const made = await makeImage(ports, body, { ...making, readPreview });
  switch (made.outcome) {
    case "late":
      return image;
    case "refused":
      ports.logger.info("upload.refused", {
        file: file.id,
        code: made.code,
        bytes: body.byteLength,
      });
      return failedImage(image, { code: made.code, bytes: body.byteLength });
    case "made":
      return storeMade(ports, made.image, { image, making });
  }
}

/**
 * Downloads Slack's own conversion, if there is one. Slack may make it after the event.
 * @throws {DownloadError} if a retry may get it.
 */
async function downloadPreview(
  { slack, downloadFile, logger }: WorkPorts,
  file: SlackFile,
  { deadlineMs }: ImageWork,
): Promise<Buffer | undefined> {
  try {
    const { previewUrl } =
      file.previewUrl === undefined ? await slack.fileInfo(file.id, { deadlineMs }) : file;
    return previewUrl === undefined ? undefined : await downloadFile(previewUrl, { deadlineMs });
  } catch (error) {
    const isRefused = error instanceof DownloadError && error.code !== "unavailable";
    if (isRefused || error instanceof SlackApiError) {
      logger.warn("image.failed", { file: file.id, step: "preview", error: describeError(error) });
      return undefined;
    }
    throw error;
  }
}

interface ImageStore {
  image: RecordImage;
  making: Making;
}

async function storeMade(
  ports: WorkPorts,
  made: PublishableImage,
  options: ImageStore,
): Promise<UploadedImage> {
  const { removed, density, original, isPreview } = made;
  const { image } = options;
  const { extension, mediaType } = FORMATS[made.facts.type];
  const key = imageKey(ports.config.imagePrefix, image.uuid, extension);
  const stored = await putOnce(ports, key, made);
  const variants = await storeVariants(ports, made, { ...options, stored });
  const { bytes, facts, sha256: hash } = stored;
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
    sha256: hash,
    ...(removed.length > 0 && { removed: [...removed] }),
    ...(original !== undefined && { original }),
    ...(isPreview !== undefined && { isPreview }),
    ...(variants.length > 0 && { variants }),
  };
}

/** A failed copy does not make the image fail. */
async function storeVariants(
  ports: WorkPorts,
  made: PublishableImage,
  { stored, image, making }: ImageStore & { stored: StoredImage },
): Promise<Variant[]> {
  const variants: Variant[] = [];
  for await (const variant of makeVariants(ports, made, making)) {
    const key = variantKey(ports.config.imagePrefix, image.uuid, variant.facts.width);
    try {
      const put = variant === made ? stored : await putOnce(ports, key, variant);
      variants.unshift({ key: put.key, width: put.facts.width });
    } catch (error) {
      const described = describeError(error);
      ports.logger.warn("image.failed", {
        file: making.fileId,
        step: "variant",
        error: described,
      });
      if (variants.length === 0) {
        break;
      }
    }
  }
  return variants;
}

/**
 * If an earlier attempt of the same upload already stored the object, that object stays and is what
 * people see.
 */
async function putOnce(
  { images, budget, giveWay }: WorkPorts,
  key: string,
  source: SourceImage,
): Promise<StoredImage> {
  const hash = await sha256(source.bytes, giveWay);
  const { outcome } = await images.put(key, source.bytes, {
    contentType: FORMATS[source.facts.type].mediaType,
    cacheControl: IMMUTABLE,
    ifNoneMatch: "*",
    sha256: hash,
    deadlineMs: budget.storeUntilMs,
  });
  const present = outcome === "stored" ? undefined : await images.get(key);
  const facts = present && inspectImage(present.body);
  return present && facts
    ? { key, bytes: present.body, facts, sha256: await sha256(present.body, giveWay) }
    : { key, bytes: source.bytes, facts: source.facts, sha256: hash };
}

/** Slack also sends its login page if the token is dead. */
async function confirmToken({ slack, budget }: WorkPorts): Promise<void> {
  try {
    await slack.authTest({ deadlineMs: budget.showUntilMs });
  } catch (error) {
    if (isTokenDead(error)) {
      throw error;
    }
  }
}

interface StoredImage extends SourceImage {
  key: string;
  /** The hash of the bytes. */
  sha256: string;
}
type Variant = NonNullable<UploadedImage["variants"]>[number];

export function failedImage(
  image: RecordImage,
  { code, bytes }: { code: FailureCode; bytes?: number | undefined },
): RecordImage {
  return { ...identityOf(image), state: "failed", code, ...(bytes !== undefined && { bytes }) };
}
