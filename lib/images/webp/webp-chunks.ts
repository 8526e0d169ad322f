import { asciiAt, viewOf } from "../bytes.ts";
import type { ImageSize } from "../image-size.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/** The body runs from `start` to `end`. The next chunk starts at `next`, an even offset. */
export interface WebpChunk {
  type: string;
  start: number;
  end: number;
  next: number;
}

export const RIFF_HEADER_BYTES = 12;
export const CHUNK_HEADER_BYTES = 8;

/** RFC 9649, 2.7: flags in the first byte of `VP8X`. */
export const ANIMATION_FLAG = 0x02;
export const XMP_FLAG = 0x04;
export const EXIF_FLAG = 0x08;
export const ALPHA_FLAG = 0x10;
export const PROFILE_FLAG = 0x20;

export const EXTENDED_BYTES = 10;

/** The header of an extended WebP. */
export interface WebpHeader extends ImageSize {
  flags: number;
}

export function isWebp(bytes: Uint8Array): boolean {
  return asciiAt(bytes, 0) === "RIFF" && asciiAt(bytes, 8) === "WEBP";
}

/** `undefined`: the file is not an extended WebP. Throws a RangeError if it is cut short. */
export function readWebpHeader(bytes: Uint8Array): WebpHeader | undefined {
  const { type, start, end } = webpChunkAt(bytes, RIFF_HEADER_BYTES);
  if (type !== "VP8X") {
    return undefined;
  }
  if (end - start < EXTENDED_BYTES) {
    throw new RangeError("Cannot read the header of a WebP");
  }
  const view = viewOf(bytes);
  return {
    flags: view.getUint8(start),
    width: 1 + uint24(view, start + 4),
    height: 1 + uint24(view, start + 7),
  };
}

/** Whether the file's first image is coded losslessly. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const { type, next } = webpChunkAt(bytes, at);
    if (type === "VP8L" || type === "VP8 ") {
      return type === "VP8L";
    }
    at = next;
  }
  return false;
}

/**
 * Walks the chunks that fill a file or a frame. Throws a RangeError if one is cut short, or if
 * there are too many.
 */
export function* webpChunksIn(
  bytes: Uint8Array,
  start: number,
  limit: number,
): Generator<WebpChunk> {
  const isWhole = start === RIFF_HEADER_BYTES;
  let left: number = isWhole ? PARSER_LIMITS.webpChunks : PARSER_LIMITS.webpFrameChunks;
  for (let at = start; at < limit; left -= 1) {
    if (left === 0) {
      throw new LimitError("Cannot read a WebP of more chunks than allowed");
    }
    const chunk = webpChunkAt(bytes, at);
    if (chunk.end > limit) {
      throw new RangeError("Cannot read a WebP chunk that was cut short");
    }
    yield chunk;
    at = chunk.next;
  }
}

/** Reads a chunk without bounds checks: it may claim to reach past the end of the file. */
export function webpChunkAt(bytes: Uint8Array, at: number): WebpChunk {
  const start = at + CHUNK_HEADER_BYTES;
  const size = viewOf(bytes).getUint32(at + 4, true);
  return { type: asciiAt(bytes, at), start, end: start + size, next: start + size + (size % 2) };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + 65_536 * view.getUint8(at + 2);
}
