import type { Clock } from "../clock.ts";
import type { ImageCodec } from "../codecs/image-codec.ts";
import type { ReworkOptions, SourceImage } from "../codecs/rework-image.ts";
import { isHiDpi } from "../image/hidpi.ts";
import { type ImageFacts, IMAGE_TYPES } from "../image/inspect-image.ts";
import { isAnimated } from "../image/is-animated.ts";
import { kindsOfHeic } from "../image/heic-metadata.ts";
import { type PreparedImage, prepareImage } from "../image/prepare-image.ts";
import type { MetadataKind } from "../image/remove-metadata.ts";
import { describeError, type Logger } from "../logger.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { DownloadError, type DownloadFile } from "../slack/file-download.ts";
import type { SlackClient } from "../slack/web-client.ts";
import { createAttempt, type PictureWork } from "./attempt-step.ts";
import type { FailureCode, UploadedImage } from "../records/record.ts";

/** What is published of a file. */
export interface Picture extends SourceImage, Pick<UploadedImage, "original" | "isPreview"> {
  removed: readonly MetadataKind[];
  density?: number | undefined;
}

export type MadePicture =
  | { outcome: "made"; picture: Picture }
  | { outcome: "refused"; code: FailureCode }
  /** Its turn came after the deadline: it is left for the next attempt. */
  | { outcome: "late" };

/** What the team wants of its images. */
export interface PictureOptions extends ReworkOptions {
  keepMetadata: boolean;
  hidpi: "off" | "halve";
  /** Pixels, ascending; none where no tag shows them. */
  variantWidths: readonly number[];
}

export interface PictureMaker {
  make(body: Buffer, work: PictureWork): Promise<MadePicture>;
  /**
   * WebP copies, descending, never wider than the picture, which may be one of them. One that fails is left out; without
   * the widest there are none, for a browser would show a narrower one in its place.
   */
  makeVariants(picture: Picture, work: PictureWork): AsyncIterable<SourceImage>;
}

/**
 * File → picture. By default nothing is decoded: metadata is cut out, the pixels stay. Where somebody asked for more, or a
 * browser could not show the file, pictures are worked on one at a time: each takes some hundred megabytes meanwhile.
 */
export function createPictureMaker(dependencies: {
  codec: ImageCodec;
  slack: Pick<SlackClient, "fileInfo">;
  downloadFile: DownloadFile;
  wanted: PictureOptions;
  clock: Clock;
  logger: Logger;
}): PictureMaker {
  const { codec, slack, downloadFile, wanted, clock, logger } = dependencies;
  const attempt = createAttempt({ clock, logger });

  return {
    async make(body, work) {
      const prepared = prepareImage(body, wanted);
      const source = prepared.outcome === "heic" ? await fromHeic(body, work) : prepared;
      if (source.outcome === "prepared") {
        return { outcome: "made", picture: await refine(source, { body, ...work }) };
      }
      return source.outcome === "late" ? source : { outcome: "refused", code: source.outcome };
    },

    async *makeVariants(picture, work) {
      const { bytes, facts } = picture;
      const isWanted = wanted.variantWidths.length > 0 && !isAnimated(bytes, facts.type);
      const widths = isWanted ? widthsOf(facts, wanted.variantWidths) : [];
      const [widest] = widths;
      for (const width of widths) {
        if (facts.type === "webp" && width === facts.width) {
          yield picture;
          continue;
        }
        const made = await attempt("variant", work, () =>
          codec.makeVariant({ bytes, facts }, width),
        );
        if (made.outcome === "done") {
          yield made.result;
        } else if (width === widest) {
          return;
        }
      }
    },
  };

  async function fromHeic(body: Buffer, work: PictureWork): Promise<ConvertedHeic> {
    const converted = await attempt("heic", work, () => codec.convertHeic(body));
    if (converted.outcome === "late") {
      return converted;
    }
    const isPreview = converted.outcome === "failed";
    const shown = isPreview ? await downloadPreview(work) : converted.result;
    const prepared = shown && prepareImage(shown, wanted);
    if (prepared?.outcome !== "prepared") {
      return { outcome: "heic" };
    }
    const { width, height } = prepared.facts;
    return {
      ...prepared,
      removed: kindsOfHeic(body),
      original: {
        type: "image/heic",
        bytes: body.byteLength,
        ...(!isPreview && { width, height }),
      },
      ...(isPreview && { isPreview }),
    };
  }

  /**
   * Slack's own conversion, if it made one; it may do so after the event. @throws {DownloadError} when another try may
   * get it.
   */
  async function downloadPreview({ file, deadlineMs }: PictureWork): Promise<Buffer | undefined> {
    try {
      const { previewUrl } =
        file.previewUrl === undefined ? await slack.fileInfo(file.id, { deadlineMs }) : file;
      return previewUrl === undefined ? undefined : await downloadFile(previewUrl, { deadlineMs });
    } catch (error) {
      const isRefused = error instanceof DownloadError && error.code !== "unavailable";
      if (isRefused || error instanceof SlackApiError) {
        logger.warn("picture.failed", {
          file: file.id,
          step: "preview",
          error: describeError(error),
        });
        return undefined;
      }
      throw error;
    }
  }

  async function refine(
    { outcome: _outcome, ...source }: PreparedSource,
    { body, ...work }: PictureWork & { body: Buffer },
  ): Promise<Picture> {
    const { facts } = source;
    const reworked = await rework(source, work);
    const density = densityOf(body, { from: facts, to: (reworked ?? source).facts });
    if (reworked === undefined) {
      return { ...source, density };
    }
    const { width, height, type } = facts;
    const posted = { type: IMAGE_TYPES[type].mediaType, bytes: body.byteLength, width, height };
    return { original: posted, ...source, ...reworked, density };
  }

  async function rework(
    { bytes, facts }: SourceImage,
    work: PictureWork,
  ): Promise<SourceImage | undefined> {
    const { optimize, maxWidth = Number.POSITIVE_INFINITY } = wanted;
    if (optimize === "off" && facts.width <= maxWidth) {
      return undefined;
    }
    const made = await attempt("optimize", work, () => codec.reworkImage({ bytes, facts }, wanted));
    const reworked = made.outcome === "done" ? made.result : undefined;
    if (made.outcome === "done" && reworked === undefined) {
      // Nothing is gained, or it might look different.
      logger.info("picture.kept", {
        file: work.file.id,
        type: facts.type,
        bytes: bytes.byteLength,
      });
    }
    return reworked;
  }

  /** What was scaled down is still shown no smaller than half of what was posted. */
  function densityOf(
    body: Buffer,
    { from, to }: { from: ImageFacts; to: ImageFacts },
  ): number | undefined {
    const density = to.width / (from.width / 2);
    return wanted.hidpi === "halve" && density > 1 && isHiDpi(body, from) ? density : undefined;
  }
}

type PreparedSource = Extract<PreparedImage, { outcome: "prepared" }> &
  Pick<Picture, "original" | "isPreview">;
type ConvertedHeic = PreparedSource | { outcome: "heic" } | { outcome: "late" };

/** The picture's own width stands in for all that are larger: the widest copy is what large screens get. */
function widthsOf({ width }: ImageFacts, wanted: readonly number[]): number[] {
  return [...new Set(wanted.map((one) => Math.min(one, width)))].toReversed();
}
