import { cleanAvif } from "./clean-avif.ts";
import { cleanGif } from "./clean-gif.ts";
import { cleanJpeg } from "./clean-jpeg.ts";
import { cleanPng } from "./clean-png.ts";
import { cleanWebp } from "./clean-webp.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { ImageType } from "./inspect-image.ts";

export type { CleanImage } from "./image-cleaning.ts";
export type { MetadataKind } from "./metadata-kinds.ts";

const CLEANERS = {
  png: cleanPng,
  jpg: cleanJpeg,
  gif: cleanGif,
  webp: cleanWebp,
  avif: cleanAvif,
} as const;

/**
 * The same picture without metadata: pixels, colour profile, animation and the orientation that viewers see stay, all
 * else goes. The bytes are the given ones where there is nothing to remove. Inspect the size again: a JPEG's may have
 * changed. `undefined`: the file is too broken to be sure that nothing is left in it; never throws.
 */
export function removeMetadata(bytes: Uint8Array, type: ImageType): CleanImage | undefined {
  const clean = CLEANERS[type];
  try {
    const cleaned = clean(bytes);
    // What reads otherwise once a part of it is gone was not understood in the first place.
    const isSettled = cleaned.bytes === bytes || clean(cleaned.bytes).bytes === cleaned.bytes;
    return isSettled ? cleaned : undefined;
  } catch (error) {
    // A part that reaches past the last byte, or that a cleaner cannot tell the use of.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
