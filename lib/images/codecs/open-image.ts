import type { Metadata, Sharp } from "sharp";
import { asciiAt } from "../bytes.ts";
import { type Credit, renderCredit } from "../credit.ts";
import { FORMATS } from "../formats.ts";
import type { ImageSize } from "../image-size.ts";
import { type ImageFacts, inspectImage } from "../inspect-image.ts";
import { readPngHeader } from "../png/png-header.ts";
import { removeMetadata } from "../remove-metadata.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { hidesAlpha } from "./hides-alpha.ts";
import { sharp } from "./sharp.ts";

/**
 * An image that browsers show: its bytes, its facts, and the credit to write when it is encoded
 * anew.
 */
export interface SourceImage {
  bytes: Uint8Array;
  facts: ImageFacts;
  credit?: Credit | undefined;
}

/** An image with more pixels is refused, slower work is abandoned. Both throw. */
export interface CodecLimits {
  maxPixels: number;
  timeoutSeconds: number;
}

export interface OpenImage {
  /** Upright, with ICC profile and credit but no other metadata. */
  pixels: Sharp;
  metadata: Metadata;
  /** Whether the ICC profile is for grey only, so that it does not fit a format without grey. */
  hasGreyProfile: boolean;
}

/**
 * 100 megapixels of colour. Half as many at 16 bits would take 1.4 GB if the image is interlaced or
 * rotated.
 */
const MAX_PNG_DATA_BYTES = 300_000_000;

/**
 * Opens a still image for encoding anew. `undefined`: browsers and the decoder might disagree on
 * how it looks, as with CMYK, HDR, another gamma or another size.
 */
export async function openImage(
  { bytes, facts, credit }: SourceImage,
  { maxPixels, timeoutSeconds }: CodecLimits,
): Promise<OpenImage | undefined> {
  if (isTooLarge({ bytes, facts })) {
    throw new RangeError(`Cannot decode an image: ${nameOf(facts)} takes too much memory`);
  }
  const format = FORMATS[facts.type];
  // Keeps only the orientation that browsers apply, in a form that all decoders read alike.
  const clean = removeMetadata(bytes, facts.type);
  if (clean === undefined || !format.isDecodedAlike(clean.bytes)) {
    return undefined;
  }
  if (facts.type === "webp" && (await hidesAlpha(clean.bytes, { maxPixels, timeoutSeconds }))) {
    return undefined;
  }
  const autoOrient = format.isTurnedByExif;
  const options = { limitInputPixels: maxPixels, failOn: "warning", autoOrient } as const;
  const pixels = sharp(clean.bytes, options).timeout({ seconds: timeoutSeconds }).keepIccProfile();
  if (credit) {
    pixels.withXmp(renderCredit(credit).toString());
  }
  const metadata = await pixels.metadata();
  const seen = autoOrient ? metadata.autoOrient : metadata;
  if (metadata.space === "cmyk" || !isSameSize(seen, facts)) {
    return undefined;
  }
  const hasGreyProfile = metadata.icc !== undefined && asciiAt(metadata.icc, 16) === "GRAY";
  return { pixels, metadata, hasGreyProfile };
}

function isTooLarge({ bytes, facts }: SourceImage): boolean {
  if (facts.type === "png") {
    return readPngHeader(bytes).dataBytes > MAX_PNG_DATA_BYTES;
  }
  return facts.type === "avif" && !fitsInMemory(facts);
}

/**
 * Wraps the result. Throws unless a browser shows it at the intended size, within a pixel of its
 * height.
 */
export function asSourceImage(bytes: Uint8Array, meant: ImageFacts): SourceImage {
  const facts = inspectImage(bytes);
  const isAsMeant =
    facts?.type === meant.type &&
    facts.width === meant.width &&
    Math.abs(facts.height - meant.height) <= 1;
  if (!isAsMeant) {
    throw new Error(`Cannot rework an image: ${nameOf(meant)} became ${nameOf(facts)}`);
  }
  return { bytes, facts };
}

function isSameSize(one: ImageSize, other: ImageSize): boolean {
  return one.width === other.width && one.height === other.height;
}

function nameOf(facts: ImageFacts | undefined): string {
  return facts === undefined ? "no image" : `${facts.type} ${facts.width}×${facts.height}`;
}
