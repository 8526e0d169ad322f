import { crc32 } from "node:zlib";
import { asciiAt, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/** The whole chunk runs from `at` to `next`, its body from `start` to `end`. */
export interface PngChunk {
  type: string;
  at: number;
  start: number;
  end: number;
  next: number;
}

export const PNG_SIGNATURE = "\x89PNG\r\n\x1a\n";

const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/**
 * Walks the chunks up to IEND or the end of the file, because Chromium shows a PNG without IEND.
 * Throws a RangeError if a chunk is cut short, or if there are too many.
 */
export function* pngChunksOf(bytes: Uint8Array): Generator<PngChunk> {
  if (asciiAt(bytes, 0, PNG_SIGNATURE.length) !== PNG_SIGNATURE) {
    throw new RangeError("Cannot find the start of a PNG");
  }
  for (const chunk of chunksFrom(bytes, PNG_SIGNATURE.length)) {
    if (chunk.next > bytes.length) {
      throw new RangeError("Cannot read a PNG chunk that was cut short");
    }
    yield chunk;
    if (chunk.type === "IEND" || chunk.next === bytes.length) {
      return;
    }
  }
}

/**
 * Walks the chunks between the header and the first pixels. A file without pixels ends in a
 * RangeError.
 */
export function* chunksUntilPixels(bytes: Uint8Array): Generator<PngChunk> {
  const header = chunkAt(bytes, PNG_SIGNATURE.length);
  for (const chunk of chunksFrom(bytes, header.next)) {
    if (chunk.type === "IDAT") {
      return;
    }
    yield chunk;
  }
}

function* chunksFrom(bytes: Uint8Array, start: number): Generator<PngChunk> {
  let at = start;
  for (let left = PARSER_LIMITS.pngChunks; left > 0; left -= 1) {
    const chunk = chunkAt(bytes, at);
    yield chunk;
    at = chunk.next;
  }
  throw new LimitError("Cannot read a PNG of more chunks than allowed");
}

/** Reads a chunk without bounds checks: it may claim to reach past the end of the file. */
export function chunkAt(bytes: Uint8Array, at: number): PngChunk {
  const start = at + HEADER_BYTES;
  const end = start + viewOf(bytes).getUint32(at);
  return { type: asciiAt(bytes, at + 4), at, start, end, next: end + CHECKSUM_BYTES };
}

export function isIntact(bytes: Uint8Array, { start, end }: PngChunk): boolean {
  return crc32(bytes.subarray(start - 4, end)) === viewOf(bytes).getUint32(end);
}
