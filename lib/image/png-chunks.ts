import { crc32 } from "node:zlib";
import { asciiAt, viewOf } from "./bytes.ts";

/** From `at` to `next` is the whole chunk, from `start` to `end` its body. */
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

/** Up to IEND, or the end of the file: Chromium shows a PNG without IEND. Throws a RangeError where a chunk was cut. */
export function* pngChunksOf(bytes: Uint8Array): Generator<PngChunk> {
  if (asciiAt(bytes, 0, PNG_SIGNATURE.length) !== PNG_SIGNATURE)
    throw new RangeError("Cannot find the start of a PNG");
  let type = "";
  for (let at = PNG_SIGNATURE.length; type !== "IEND" && at < bytes.length;) {
    const chunk = chunkAt(bytes, at);
    const { next } = chunk;
    if (next > bytes.length) throw new RangeError("Cannot read a PNG chunk that was cut short");
    yield chunk;
    ({ type } = chunk);
    at = next;
  }
}

/** What stands between the header and the first pixels, of which there must be some. */
export function* chunksUntilPixels(bytes: Uint8Array): Generator<PngChunk> {
  const header = chunkAt(bytes, PNG_SIGNATURE.length);
  for (let chunk = chunkAt(bytes, header.next); chunk.type !== "IDAT";) {
    yield chunk;
    chunk = chunkAt(bytes, chunk.next);
  }
}

/** As it says of itself: it may reach past the end of the file. */
export function chunkAt(bytes: Uint8Array, at: number): PngChunk {
  const start = at + HEADER_BYTES;
  const end = start + viewOf(bytes).getUint32(at);
  return { type: asciiAt(bytes, at + 4), at, start, end, next: end + CHECKSUM_BYTES };
}

export function isIntact(bytes: Uint8Array, { start, end }: PngChunk): boolean {
  return crc32(bytes.subarray(start - 4, end)) === viewOf(bytes).getUint32(end);
}
