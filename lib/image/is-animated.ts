import { asciiAt, viewOf } from "./bytes.ts";
import { IMAGE, gifBlocksOf } from "./gif-blocks.ts";
import type { ImageType } from "./inspect-image.ts";
import { pngChunksOf } from "./png-chunks.ts";

const CHECKS = {
  png: isAnimatedPng,
  jpg: () => false,
  gif: isAnimatedGif,
  webp: isAnimatedWebp,
  avif: isAnimatedAvif,
} as const;

const WEBP_ANIMATION = 0x02;

/** Whether a file is made to move, even if it has one frame only. Of a broken file, what was found until it breaks. */
export function isAnimated(bytes: Uint8Array, type: ImageType): boolean {
  const check = CHECKS[type];
  try {
    return check(bytes);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

// An APNG says so before its pixels.
function isAnimatedPng(bytes: Uint8Array): boolean {
  for (const { type } of pngChunksOf(bytes)) {
    if (type === "IDAT") return false;
    if (type === "acTL") return true;
  }
  return false;
}

function isAnimatedGif(bytes: Uint8Array): boolean {
  let frames = 0;
  for (const { introducer } of gifBlocksOf(bytes)) {
    if (introducer === IMAGE) frames += 1;
    if (frames > 1) return true;
  }
  return false;
}

function isAnimatedWebp(bytes: Uint8Array): boolean {
  return asciiAt(bytes, 12) === "VP8X" && (viewOf(bytes).getUint8(20) & WEBP_ANIMATION) !== 0;
}

// The brands of `ftyp`: one, its version, then any number of others.
function isAnimatedAvif(bytes: Uint8Array): boolean {
  const end = Math.min(viewOf(bytes).getUint32(0), bytes.length);
  for (let at = 8; at + 4 <= end; at += 4) if (asciiAt(bytes, at) === "avis") return true;
  return false;
}
