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

/** The part of the world that making an image needs. */
export interface ImagePorts {
  codec: ImageCodec;
  /** One step of decoding or encoding at a time. */
  attempt: Attempt;
  /** Lets answers through between pieces of long work. */
  giveWay: GiveWay;
  logger: Logger;
}

/** An image that is being made. */
export interface Making extends ImageWork {
  wanted: ImageOptions;
}

export interface AnotherSource {
  /** Reads Slack's preview, for an image that cannot be converted here. */
  readPreview: () => Promise<Uint8Array | undefined>;
}

/**
 * Makes an image from a file. By default nothing is decoded: metadata is cut out and the pixels
 * stay. If a setting asks for more, or browsers could not show the file, images are processed one
 * at a time, because each takes some hundred megabytes.
 */
export async function makeImage(
  ports: ImagePorts,
  body: Buffer,
  making: Making & AnotherSource,
): Promise<MadeImage> {
  const prepared = await inPieces(prepareImage(body, making.wanted), ports.giveWay);
  const source = prepared.outcome === "heic" ? await fromHeic(ports, body, making) : prepared;
  if (source.outcome === "prepared") {
    return { outcome: "made", image: await refine(ports, source, { body, making }) };
  }
  return source.outcome === "late" ? source : { outcome: "refused", code: source.outcome };
}

/**
 * Makes WebP variants, widest first, none wider than the image. The image itself may be one of
 * them. A variant that fails is left out; if the widest fails there are none, because a browser
 * would show a narrower one in its place.
 */
export async function* makeVariants(
  { attempt, codec }: ImagePorts,
  image: PublishableImage,
  making: Making,
): AsyncIterable<SourceImage> {
  const { bytes, facts, credit } = image;
  const { variantWidths } = making.wanted;
  const isWanted = variantWidths.length > 0 && !isAnimated(bytes, facts.type);
  const widths = isWanted ? widthsOf(facts, variantWidths) : [];
  const [widest] = widths;
  const source = { bytes, facts, credit };
  for (const width of widths) {
    if (facts.type === "webp" && width === facts.width) {
      yield image;
      continue;
    }
    const made = await attempt("variant", making, () => codec.makeVariant(source, width));
    if (made.outcome === "done") {
      yield made.result;
    } else if (width === widest) {
      return;
    }
  }
}

type PreparedSource = Extract<PreparedImage, { outcome: "prepared" }> &
  Pick<PublishableImage, "original" | "isPreview">;
type ConvertedHeic = PreparedSource | { outcome: "heic" } | { outcome: "late" };

async function fromHeic(
  { attempt, codec, giveWay }: ImagePorts,
  body: Buffer,
  making: Making & AnotherSource,
): Promise<ConvertedHeic> {
  const converted = await attempt("heic", making, () => codec.convertHeic(body));
  if (converted.outcome === "late") {
    return converted;
  }
  const isPreview = converted.outcome === "failed";
  const shown = isPreview ? await making.readPreview() : converted.result;
  const keepsCredit = making.wanted.keepMetadata !== "none";
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
  ports: ImagePorts,
  { outcome: _outcome, ...source }: PreparedSource,
  { body, making }: { body: Buffer; making: Making },
): Promise<PublishableImage> {
  const { facts } = source;
  const { wanted } = making;
  const reworked = await rework(ports, source, making);
  const { facts: shown } = reworked ?? source;
  const density =
    wanted.hidpi === "halve" ? densityOf(body, { from: facts, to: shown }) : undefined;
  if (reworked === undefined) {
    return { ...source, density };
  }
  const { width, height, type } = facts;
  const posted = { type: FORMATS[type].mediaType, bytes: body.byteLength, width, height };
  const lost = await kindsLost(ports, { source, reworked, wanted });
  const removed = [...new Set([...source.removed, ...lost])];
  return { original: posted, ...source, ...reworked, removed, density };
}

async function rework(
  { attempt, codec, logger }: ImagePorts,
  { bytes, facts, credit }: SourceImage,
  making: Making,
): Promise<SourceImage | undefined> {
  const { wanted, fileId } = making;
  const { optimize, maxWidth = Number.POSITIVE_INFINITY } = wanted;
  if (optimize === "off" && facts.width <= maxWidth) {
    return undefined;
  }
  const made = await attempt("optimize", making, () =>
    codec.reworkImage({ bytes, facts, credit }, wanted),
  );
  const reworked = made.outcome === "done" ? made.result : undefined;
  if (made.outcome === "done" && reworked === undefined) {
    // The result would not be smaller, or might look different.
    logger.info("image.kept", { file: fileId, type: facts.type, bytes: bytes.byteLength });
  }
  return reworked;
}

interface Reworked {
  source: SourceImage;
  reworked: SourceImage;
  wanted: ImageOptions;
}

/** Encoding an image anew loses the metadata that should be kept and the gain map. */
async function kindsLost(
  ports: ImagePorts,
  { source, reworked, wanted }: Reworked,
): Promise<MetadataKind[]> {
  const left = await kindsHeld(ports, reworked, wanted);
  return (await kindsHeld(ports, source, wanted)).filter((kind) => !left.includes(kind));
}

/** Metadata is left only if all of it was kept; otherwise the image is already clean. */
async function kindsHeld(
  { giveWay }: ImagePorts,
  { bytes, facts: { type } }: SourceImage,
  { keepMetadata }: ImageOptions,
): Promise<MetadataKind[]> {
  const cleaned =
    keepMetadata === "all" ? await inPieces(removeInPieces(bytes, type), giveWay) : undefined;
  const kinds = cleaned?.removed ?? [];
  return FORMATS[type].holdsGainMap?.(bytes) === true ? [...kinds, "hdr"] : [...kinds];
}

/** A scaled-down image is never shown smaller than half of the posted size. */
function densityOf(
  body: Buffer,
  { from, to }: { from: ImageFacts; to: ImageFacts },
): number | undefined {
  const density = to.width / (from.width / 2);
  return density > 1 && isHiDpi(body, from) ? density : undefined;
}

/** The image's own width replaces all larger ones, because large screens get the widest variant. */
function widthsOf({ width }: ImageFacts, wanted: readonly number[]): number[] {
  return [...new Set(wanted.map((one) => Math.min(one, width)))].toReversed();
}
