import type { Sharp } from "sharp";
import type { ImageFacts, ImageType } from "../image/inspect-image.ts";
import { isLosslessWebp } from "../image/is-lossless-webp.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { type OpenPicture, type SourceImage, asSourceImage } from "./open-picture.ts";

// libwebp's WEBP_MAX_DIMENSION.
const MAX_WEBP_SIDE = 16_383;

/** A picture no wider than `maxWidth`, as WebP of quality 82. `undefined`: WebP cannot hold it. */
export async function encodeAsWebp(
  picture: OpenPicture,
  source: SourceImage,
  maxWidth: number,
): Promise<SourceImage | undefined> {
  const meant = scaledTo(maxWidth, source.facts, "webp");
  if (picture.hasGreyProfile || Math.max(meant.width, meant.height) > MAX_WEBP_SIDE)
    return undefined;
  const bytes = await resized(picture.pixels, meant).webp({ quality: 82 }).toBuffer();
  return asSourceImage(bytes, meant);
}

/** A picture `maxWidth` wide, in its own format. */
export async function encodeScaled(
  picture: OpenPicture,
  source: SourceImage,
  maxWidth: number,
): Promise<SourceImage | undefined> {
  const encode = ENCODERS[source.facts.type];
  const meant = scaledTo(maxWidth, source.facts, source.facts.type);
  const output = encode(resized(picture.pixels, meant), picture, source);
  return output && asSourceImage(await output.toBuffer(), meant);
}

const ENCODERS = {
  png: (pixels: Sharp, { metadata }: OpenPicture) =>
    pixels.toColourspace(metadata.space).png({ compressionLevel: 9, adaptiveFiltering: true }),
  jpg: (pixels: Sharp, { metadata: { space, chromaSubsampling = "" } }: OpenPicture) =>
    pixels.toColourspace(space).jpeg({
      quality: 90,
      chromaSubsampling: chromaSubsampling.startsWith("4:4:4") ? "4:4:4" : "4:2:0",
    }),
  gif: (pixels: Sharp) => pixels.gif(),
  webp: (pixels: Sharp, { hasGreyProfile }: OpenPicture, { bytes }: SourceImage) =>
    hasGreyProfile ? undefined : pixels.webp({ quality: 90, lossless: isLosslessWebp(bytes) }),
  // Effort 4, the default, takes six times as long for 2 % less.
  avif: (pixels: Sharp, { hasGreyProfile }: OpenPicture) =>
    hasGreyProfile ? undefined : pixels.avif({ quality: 70, effort: 3 }),
} as const;

function scaledTo(maxWidth: number, { width, height }: ImageFacts, type: ImageType): ImageFacts {
  const shown = Math.min(width, maxWidth);
  return { type, width: shown, height: Math.max(1, Math.round((height * shown) / width)) };
}

// A JPEG is decoded at half its size or less where that leaves a factor of two to Lanczos.
function resized(pixels: Sharp, { width, height }: ImageFacts): Sharp {
  if (!fitsInMemory({ width, height }))
    throw new RangeError(`Cannot encode an image anew: ${width}×${height} pixels are too many`);
  return pixels.resize({ width, kernel: "lanczos3", fastShrinkOnLoad: false });
}
