import { asciiAt, viewOf } from "./bytes.ts";
import { PARSER_LIMITS } from "./parser-limits.ts";

/** From `start` to `end` is the body; the next chunk starts at `next`, an even place. */
export interface WebpChunk {
  type: string;
  start: number;
  end: number;
  next: number;
}

export const RIFF_HEADER_BYTES = 12;
export const CHUNK_HEADER_BYTES = 8;

/**
 * The chunks that fill a part of a file: all of it, or a frame. Throws a RangeError where one was cut short, or where there
 * are too many.
 */
export function* webpChunksIn(
  bytes: Uint8Array,
  start: number,
  limit: number,
): Generator<WebpChunk> {
  const isWhole = start === RIFF_HEADER_BYTES;
  let left: number = isWhole ? PARSER_LIMITS.webpChunks : PARSER_LIMITS.webpFrameChunks;
  for (let at = start; at < limit; left -= 1) {
    if (left === 0) throw new RangeError("Cannot read a WebP of so many chunks");
    const chunk = webpChunkAt(bytes, at);
    if (chunk.end > limit) throw new RangeError("Cannot read a WebP chunk that was cut short");
    yield chunk;
    at = chunk.next;
  }
}

/** As it says of itself: it may reach past the end of the file. */
export function webpChunkAt(bytes: Uint8Array, at: number): WebpChunk {
  const start = at + CHUNK_HEADER_BYTES;
  const size = viewOf(bytes).getUint32(at + 4, true);
  return { type: asciiAt(bytes, at), start, end: start + size, next: start + size + (size % 2) };
}
