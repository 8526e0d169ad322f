import { viewOf } from "../bytes.ts";
import type { ImageFormat } from "../image-format.ts";
import { cleanGif } from "./clean-gif.ts";
import { EXTENSION, IMAGE, TRAILER, endOfGifHeader, gifBlocksOf, isGif } from "./gif-blocks.ts";
import { inspectGif } from "./inspect-gif.ts";

/**
 * Text that merely begins like a GIF has no block after the header. A file that is cut short may
 * end there.
 */
const BLOCKS = new Set([EXTENSION, IMAGE, TRAILER, undefined]);

export const gif: ImageFormat = {
  extension: "gif",
  mediaType: "image/gif",
  matches: (bytes) => isGif(bytes) && BLOCKS.has(bytes[endOfGifHeader(bytes)]),
  inspect: inspectGif,
  clean: cleanGif,
  isAnimated: isAnimatedGif,
  isDecodedAlike: isFilledGif,
  isTurnedByExif: false,
  isWorthConverting: true,
  encode: (pixels) => pixels.gif(),
};

function isAnimatedGif(bytes: Uint8Array): boolean {
  let frames = 0;
  for (const { introducer } of gifBlocksOf(bytes)) {
    if (introducer === IMAGE) {
      frames += 1;
    }
    if (frames > 1) {
      return true;
    }
  }
  return false;
}

/** Browsers leave the part of the screen that the frame does not cover transparent. */
function isFilledGif(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (const { introducer, start } of gifBlocksOf(bytes)) {
    if (introducer === IMAGE) {
      return view.getUint32(start + 1) === 0 && view.getUint32(start + 5) === view.getUint32(6);
    }
  }
  return false;
}
