import type { Sharp } from "sharp";
import type { Credit } from "../credit.ts";
import { FORMATS, type ImageType } from "../formats.ts";
import type { ImageFacts } from "../inspect-image.ts";
import { removeMetadata } from "../remove-metadata.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { type OpenImage, type SourceImage, asSourceImage } from "./open-image.ts";

/** libwebp's WEBP_MAX_DIMENSION. */
const MAX_WEBP_SIDE = 16_383;

/**
 * Encodes an image no wider than `maxWidth` as WebP of quality 82. `undefined`: WebP cannot hold
 * it.
 */
export async function encodeAsWebp(
  image: OpenImage,
  source: SourceImage,
  maxWidth: number,
): Promise<SourceImage | undefined> {
  const meant = scaledTo(maxWidth, source.facts, "webp");
  if (image.hasGreyProfile || Math.max(meant.width, meant.height) > MAX_WEBP_SIDE) {
    return undefined;
  }
  const bytes = await resized(image.pixels, meant).webp({ quality: 82 }).toBuffer();
  return asSourceImage(withCredit(bytes, "webp", source.credit), meant);
}

/** Encodes an image `maxWidth` wide, in its own format. */
export async function encodeScaled(
  image: OpenImage,
  { bytes, facts, credit }: SourceImage,
  maxWidth: number,
): Promise<SourceImage | undefined> {
  const meant = scaledTo(maxWidth, facts, facts.type);
  const output = FORMATS[facts.type].encode(resized(image.pixels, meant), image, bytes);
  return output && asSourceImage(withCredit(await output.toBuffer(), facts.type, credit), meant);
}

/**
 * Writes the credit in our own form. libvips has already written it as XMP, which gives an AVIF the
 * room for it.
 */
function withCredit(bytes: Uint8Array, type: ImageType, credit: Credit | undefined): Uint8Array {
  return credit ? (removeMetadata(bytes, type, credit)?.bytes ?? bytes) : bytes;
}

function scaledTo(maxWidth: number, { width, height }: ImageFacts, type: ImageType): ImageFacts {
  const shown = Math.min(width, maxWidth);
  return { type, width: shown, height: Math.max(1, Math.round((height * shown) / width)) };
}

/** Lets a JPEG shrink while it is decoded, but only as far as that leaves Lanczos a factor of two. */
function resized(pixels: Sharp, { width, height }: ImageFacts): Sharp {
  if (!fitsInMemory({ width, height })) {
    throw new RangeError(
      `Cannot encode an image anew: ${width}×${height} pixels are over the limit`,
    );
  }
  return pixels.resize({ width, kernel: "lanczos3", fastShrinkOnLoad: false });
}
