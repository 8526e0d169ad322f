import { asciiAt, isZero, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/**
 * The whole block runs from `start` to `end`: an extension with its sub-blocks, a frame with its
 * data, empty blocks, or one byte.
 */
export interface GifBlock {
  introducer: number;
  start: number;
  end: number;
  /** False if the file ends before the sub-blocks do. */
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
 * Walks all blocks through the first that is neither extension, frame nor empty: the trailer or
 * junk. Consecutive empty blocks count as one. Throws a RangeError if the file ends inside a
 * header, or has too many blocks or sub-blocks.
 */
export function* gifBlocksOf(bytes: Uint8Array): Generator<GifBlock> {
  const view = viewOf(bytes);
  const endOfBlock = createBlockMeasure(bytes);
  let start = endOfGifHeader(bytes);
  for (let left: number = PARSER_LIMITS.gifBlocks; start < bytes.length; left -= 1) {
    if (left === 0) {
      throw new LimitError("Cannot read a GIF of more blocks than allowed");
    }
    const introducer = view.getUint8(start);
    const claimedEnd = endOfBlock(introducer, start);
    const end = Math.min(claimedEnd, bytes.length);
    yield { introducer, start, end, isWhole: claimedEnd === end };
    // The walk goes on after empty blocks, because some readers skip them.
    if (introducer !== EXTENSION && introducer !== IMAGE && introducer !== 0) {
      return;
    }
    start = end;
  }
}

export function isGif(bytes: Uint8Array): boolean {
  return SIGNATURES.has(asciiAt(bytes, 0, 6));
}

/** The result may lie past the end of a file that is cut short in its header. */
export function endOfGifHeader(bytes: Uint8Array): number {
  return HEADER_BYTES + colourTableBytes(bytes[10] ?? 0);
}

/**
 * The flags of the header or of a frame descriptor give the size of the colour table that follows.
 */
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

  // The result may lie past the end of the file: browsers show as much of the last frame as there
  // is.
  function afterSubBlocks(start: number): number {
    let at = start;
    for (let size = bytes[at]; size; size = bytes[at]) {
      at += 1 + size;
      subBlocksLeft -= 1;
      if (subBlocksLeft < 0) {
        throw new LimitError("Cannot read a GIF of more sub-blocks than allowed");
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
