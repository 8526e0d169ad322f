import type { ImageCodec } from "./codecs/image-codec.ts";
import type { ReworkOptions, SourceImage } from "./codecs/rework-image.ts";
import { isHiDpi } from "./hidpi.ts";
import { FORMATS } from "./formats.ts";
import type { ImageFacts } from "./inspect-image.ts";
import { isAnimated } from "./is-animated.ts";
import { kindsOfHeic, readHeifCredit } from "./heif/heic-metadata.ts";
import { type KeptMetadata, type PreparedImage, prepareImage } from "./prepare-image.ts";
import type { MetadataKind } from "./metadata-kinds.ts";
import { removeInPieces } from "./remove-metadata.ts";
import { type GiveWay, inPieces } from "../give-way.ts";
import type { Logger } from "../logger.ts";
import type { Attempt, ImageWork } from "./codecs/attempt-step.ts";
import type { FailureCode, UploadedImage } from "../records/record.ts";

/** The image that is published for a file. */
export interface PublishableImage
  extends SourceImage, Pick<UploadedImage, "original" | "isPreview"> {
  removed: readonly MetadataKind[];
  density?: number | undefined;
}

export type MadeImage =
  | { outcome: "made"; image: PublishableImage }
  | { outcome: "refused"; code: FailureCode }
  /** The deadline passed before the image's turn came; the next attempt makes it. */
  | { outcome: "late" };

/** The team's settings for images. */
export interface ImageOptions extends ReworkOptions {
  keepMetadata: KeptMetadata;
  hidpi: "off" | "halve";
  /** Widths in pixels, ascending; empty if no tag uses them. */
  variantWidths: readonly number[];
}

export interface AnotherSource {
  /** Reads Slack's preview, for an image that cannot be converted here. */
  readPreview: () => Promise<Uint8Array | undefined>;
}

export interface ImageMaker {
  make(body: Buffer, work: ImageWork & AnotherSource): Promise<MadeImage>;
  /**
   * Makes WebP copies, widest first, none wider than the image. The image itself may be one of
   * them. A copy that fails is left out; if the widest fails there are none, because a browser
   * would show a narrower one in its place.
   */
  makeVariants(image: PublishableImage, work: ImageWork): AsyncIterable<SourceImage>;
}

/**
 * Makes an image from a file. By default nothing is decoded: metadata is cut out and the pixels
 * stay. If a setting asks for more, or browsers could not show the file, images are processed one
 * at a time, because each takes some hundred megabytes.
 */
export function createImageMaker(dependencies: {
  codec: ImageCodec;
  attempt: Attempt;
  wanted: ImageOptions;
  giveWay: GiveWay;
  logger: Logger;
}): ImageMaker {
  const { codec, attempt, wanted, giveWay, logger } = dependencies;

  return {
    async make(body, work) {
      const prepared = await inPieces(prepareImage(body, wanted), giveWay);
      const source = prepared.outcome === "heic" ? await fromHeic(body, work) : prepared;
      if (source.outcome === "prepared") {
        return { outcome: "made", image: await refine(source, { body, ...work }) };
      }
      return source.outcome === "late" ? source : { outcome: "refused", code: source.outcome };
    },

    async *makeVariants(image, work) {
      const { bytes, facts, credit } = image;
      const isWanted = wanted.variantWidths.length > 0 && !isAnimated(bytes, facts.type);
      const widths = isWanted ? widthsOf(facts, wanted.variantWidths) : [];
      const [widest] = widths;
      for (const width of widths) {
        if (facts.type === "webp" && width === facts.width) {
          yield image;
          continue;
        }
        const made = await attempt("variant", work, () =>
          codec.makeVariant({ bytes, facts, credit }, width),
        );
        if (made.outcome === "done") {
          yield made.result;
        } else if (width === widest) {
          return;
        }
      }
    },
  };

  async function fromHeic(
    body: Buffer,
    { readPreview, ...work }: ImageWork & AnotherSource,
  ): Promise<ConvertedHeic> {
    const converted = await attempt("heic", work, () => codec.convertHeic(body));
    if (converted.outcome === "late") {
      return converted;
    }
    const isPreview = converted.outcome === "failed";
    const shown = isPreview ? await readPreview() : converted.result;
    const keepsCredit = wanted.keepMetadata !== "none";
    const credit = keepsCredit ? readHeifCredit(body) : undefined;
    const kept = { keepMetadata: keepsCredit ? "credit" : "none", credit } as const;
    const prepared = shown && (await inPieces(prepareImage(shown, kept), giveWay));
    if (prepared?.outcome !== "prepared") {
      return { outcome: "heic" };
    }
    const { width, height } = prepared.facts;
    return {
      ...prepared,
      removed: kindsOfHeic(body).filter((kind) => kind !== "credit" || credit === undefined),
      original: {
        type: "image/heic",
        bytes: body.byteLength,
        ...(!isPreview && { width, height }),
      },
      ...(isPreview && { isPreview }),
    };
  }

  async function refine(
    { outcome: _outcome, ...source }: PreparedSource,
    { body, ...work }: ImageWork & { body: Buffer },
  ): Promise<PublishableImage> {
    const { facts } = source;
    const reworked = await rework(source, work);
    const density = densityOf(body, { from: facts, to: (reworked ?? source).facts });
    if (reworked === undefined) {
      return { ...source, density };
    }
    const { width, height, type } = facts;
    const posted = { type: FORMATS[type].mediaType, bytes: body.byteLength, width, height };
    const lost = await kindsLost(source, reworked);
    const removed = [...new Set([...source.removed, ...lost])];
    return { original: posted, ...source, ...reworked, removed, density };
  }

  async function rework(
    { bytes, facts, credit }: SourceImage,
    work: ImageWork,
  ): Promise<SourceImage | undefined> {
    const { optimize, maxWidth = Number.POSITIVE_INFINITY } = wanted;
    if (optimize === "off" && facts.width <= maxWidth) {
      return undefined;
    }
    const made = await attempt("optimize", work, () =>
      codec.reworkImage({ bytes, facts, credit }, wanted),
    );
    const reworked = made.outcome === "done" ? made.result : undefined;
    if (made.outcome === "done" && reworked === undefined) {
      // The result would not be smaller, or might look different.
      logger.info("image.kept", {
        file: work.fileId,
        type: facts.type,
        bytes: bytes.byteLength,
      });
    }
    return reworked;
  }

  // Encoding an image anew loses the metadata that should be kept and the gain map.
  async function kindsLost(source: SourceImage, reworked: SourceImage): Promise<MetadataKind[]> {
    const left = await kindsHeld(reworked);
    return (await kindsHeld(source)).filter((kind) => !left.includes(kind));
  }

  // Metadata is left only if all of it was kept; otherwise the image is already clean.
  async function kindsHeld({ bytes, facts: { type } }: SourceImage): Promise<MetadataKind[]> {
    const cleaned =
      wanted.keepMetadata === "all"
        ? await inPieces(removeInPieces(bytes, type), giveWay)
        : undefined;
    const kinds = cleaned?.removed ?? [];
    return FORMATS[type].holdsGainMap?.(bytes) === true ? [...kinds, "hdr"] : [...kinds];
  }

  // A scaled-down image is never shown smaller than half of the posted size.
  function densityOf(
    body: Buffer,
    { from, to }: { from: ImageFacts; to: ImageFacts },
  ): number | undefined {
    const density = to.width / (from.width / 2);
    return wanted.hidpi === "halve" && density > 1 && isHiDpi(body, from) ? density : undefined;
  }
}

type PreparedSource = Extract<PreparedImage, { outcome: "prepared" }> &
  Pick<PublishableImage, "original" | "isPreview">;
type ConvertedHeic = PreparedSource | { outcome: "heic" } | { outcome: "late" };

/** The image's own width replaces all larger ones, because large screens get the widest copy. */
function widthsOf({ width }: ImageFacts, wanted: readonly number[]): number[] {
  return [...new Set(wanted.map((one) => Math.min(one, width)))].toReversed();
}
