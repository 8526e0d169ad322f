import { viewOf } from "./bytes.ts";

/** From `start` to `end` is the whole block: an extension with its sub-blocks, a frame with its data, or one byte. */
export interface GifBlock {
  introducer: number;
  start: number;
  end: number;
}

export const EXTENSION = 0x21;
export const IMAGE = 0x2c;
export const TRAILER = 0x3b;
export const DESCRIPTOR_BYTES = 10;

const HEADER_BYTES = 13;

/**
 * All blocks up to the first that is neither extension, frame nor empty, and that one too: the trailer, or junk. Throws a
 * RangeError where the file ends in the middle of a header.
 */
export function* gifBlocksOf(bytes: Uint8Array): Generator<GifBlock> {
  let start = endOfGifHeader(bytes);
  while (start < bytes.length) {
    const introducer = viewOf(bytes).getUint8(start);
    const end = endOfBlock(bytes, introducer, start);
    yield { introducer, start, end };
    // Some readers pass over empty blocks.
    if (introducer !== EXTENSION && introducer !== IMAGE && introducer !== 0) return;
    start = end;
  }
}

export function endOfGifHeader(bytes: Uint8Array): number {
  return HEADER_BYTES + colourTableBytes(viewOf(bytes).getUint8(10));
}

/** The flags of the header or of a frame's descriptor say how many colours follow it. */
export function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

function endOfBlock(bytes: Uint8Array, introducer: number, start: number): number {
  if (introducer === EXTENSION) return afterSubBlocks(bytes, start + 2);
  if (introducer !== IMAGE) return start + 1;
  const flags = viewOf(bytes).getUint8(start + 9);
  return afterSubBlocks(bytes, start + DESCRIPTOR_BYTES + colourTableBytes(flags) + 1);
}

// Browsers show as much as there is of a frame that was cut short.
function afterSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let size = bytes[at]; size; size = bytes[at]) at += 1 + size;
  return Math.min(at + 1, bytes.length);
}
