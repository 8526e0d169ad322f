import { asciiAt, isZero, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/** From `start` to `end` is the whole block: an extension with its sub-blocks, a frame with its data, empty blocks, or one byte. */
export interface GifBlock {
  introducer: number;
  start: number;
  end: number;
  /** Not where the file ends before the sub-blocks do. */
  isWhole: boolean;
}

export const EXTENSION = 0x21;
export const IMAGE = 0x2c;
export const TRAILER = 0x3b;
export const DESCRIPTOR_BYTES = 10;

const SIGNATURES = new Set(["GIF87a", "GIF89a"]);
const HEADER_BYTES = 13;
const ZEROS_AT_ONCE = 4096;

/**
 * All blocks up to the first that is neither extension, frame nor empty, and that one too: the trailer, or junk. Empty
 * blocks in a row are one. Throws a RangeError where the file ends in the middle of a header, or has too many blocks or
 * sub-blocks.
 */
export function* gifBlocksOf(bytes: Uint8Array): Generator<GifBlock> {
  const view = viewOf(bytes);
  const endOfBlock = createBlockMeasure(bytes);
  let start = endOfGifHeader(bytes);
  for (let left: number = PARSER_LIMITS.gifBlocks; start < bytes.length; left -= 1) {
    if (left === 0) {
      throw new LimitError("Cannot read a GIF of so many blocks");
    }
    const introducer = view.getUint8(start);
    const claimedEnd = endOfBlock(introducer, start);
    const end = Math.min(claimedEnd, bytes.length);
    yield { introducer, start, end, isWhole: claimedEnd === end };
    // Some readers pass over empty blocks.
    if (introducer !== EXTENSION && introducer !== IMAGE && introducer !== 0) {
      return;
    }
    start = end;
  }
}

export function isGif(bytes: Uint8Array): boolean {
  return SIGNATURES.has(asciiAt(bytes, 0, 6));
}

/** Past the end of a file that is no longer than a part of its header. */
export function endOfGifHeader(bytes: Uint8Array): number {
  return HEADER_BYTES + colourTableBytes(bytes[10] ?? 0);
}

/** The flags of the header or of a frame's descriptor say how many colours follow it. */
export function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

function createBlockMeasure(bytes: Uint8Array): (introducer: number, start: number) => number {
  let subBlocksLeft: number = PARSER_LIMITS.gifSubBlocks;

  return function endOfBlock(introducer, start) {
    if (introducer === EXTENSION) {
      return afterSubBlocks(start + 2);
    }
    if (introducer === 0) {
      return afterZeros(bytes, start);
    }
    if (introducer !== IMAGE) {
      return start + 1;
    }
    const flags = viewOf(bytes).getUint8(start + 9);
    return afterSubBlocks(start + DESCRIPTOR_BYTES + colourTableBytes(flags) + 1);
  };

  // Past the end of a file that was cut short: browsers show as much as there is of its last frame.
  function afterSubBlocks(start: number): number {
    let at = start;
    for (let size = bytes[at]; size; size = bytes[at]) {
      at += 1 + size;
      subBlocksLeft -= 1;
      if (subBlocksLeft < 0) {
        throw new LimitError("Cannot read a GIF of so many sub-blocks");
      }
    }
    return at + 1;
  }
}

function afterZeros(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at + ZEROS_AT_ONCE <= bytes.length && isZero(bytes, at, at + ZEROS_AT_ONCE)) {
    at += ZEROS_AT_ONCE;
  }
  while (bytes[at] === 0) {
    at += 1;
  }
  return at;
}
