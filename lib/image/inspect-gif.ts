import type { ImageSize } from "./image-size.ts";
import { viewOf } from "./bytes.ts";

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
// What a picture whose data is whole may be followed by; a magic number followed by noise gets no further than here.
const AFTER_IMAGE = new Set([EXTENSION, IMAGE, TRAILER, 0]);
const HEADER_BYTES = 13;
const DESCRIPTOR_BYTES = 10;
// LZW codes of at most 12 bits need literals of at most 11.
const MAX_CODE_BITS = 11;

/** Chromium widens the screen until the first frame fits, and ignores how far later frames reach beyond it. */
export function inspectGif(bytes: Uint8Array, stored: ImageSize): ImageSize | undefined {
  const view = viewOf(bytes);
  let at = HEADER_BYTES + colourTableBytes(view.getUint8(10));
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

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

function afterSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at + 1;
}
