import type { ImageSize } from "./image-size.ts";
import { viewOf } from "./bytes.ts";
import {
  DESCRIPTOR_BYTES,
  EXTENSION,
  IMAGE,
  TRAILER,
  colourTableBytes,
  endOfGifHeader,
} from "./gif-blocks.ts";

// What a picture whose data is whole may be followed by; a magic number followed by noise gets no further than here.
const AFTER_IMAGE = new Set([EXTENSION, IMAGE, TRAILER, 0]);
// LZW codes of at most 12 bits need literals of at most 11.
const MAX_CODE_BITS = 11;

/** Chromium widens the screen until the first frame fits, and ignores how far later frames reach beyond it. */
export function inspectGif(bytes: Uint8Array, stored: ImageSize): ImageSize | undefined {
  const view = viewOf(bytes);
  let at = endOfGifHeader(bytes);
  while (view.getUint8(at) === EXTENSION) at = afterSubBlocks(view, at + 2);
  if (view.getUint8(at) !== IMAGE) return undefined;

  const data = at + DESCRIPTOR_BYTES + colourTableBytes(view.getUint8(at + 9));
  if (view.getUint8(data) > MAX_CODE_BITS) return undefined;
  const next = bytes[afterSubBlocks(view, data + 1)];
  if (next !== undefined && !AFTER_IMAGE.has(next)) return undefined;
  return {
    width: Math.max(stored.width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true)),
    height: Math.max(stored.height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true)),
  };
}

// Strict, where the walk of `gif-blocks` is lenient: of the first frame all has to be there.
function afterSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}
