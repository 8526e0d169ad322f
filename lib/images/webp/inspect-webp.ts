import type { ImageSize } from "../image-size.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import {
  ANIMATION_FLAG,
  RIFF_HEADER_BYTES,
  type WebpChunk,
  type WebpHeader,
  readWebpHeader,
  webpChunkAt,
  webpChunksIn,
} from "./webp-chunks.ts";

/** Facts from the image data itself, whatever the file's header says. */
export interface WebpFrame extends ImageSize {
  hasAlpha: boolean;
}

const RESERVED = 0xc1;

/** A shorter chunk would take its size from the next chunk. */
const MIN_BYTES = new Map([
  ["VP8 ", 10],
  ["VP8L", 5],
]);

/** RFC 9649, 3.4: 14 bits each for width and height, minus one, then the alpha bit. */
const SIDE_BITS = 14;
const SIDE_MASK = 0x3fff;
const ALPHA_BIT = 1 << 28;

/**
 * Chromium shows a WebP as stored: it ignores the EXIF orientation and resolution. It does not show
 * a WebP whose header and image differ in size.
 */
export function inspectWebp(bytes: Uint8Array): ImageSize | undefined {
  const header = readWebpHeader(bytes);
  const first = webpChunkAt(bytes, RIFF_HEADER_BYTES);
  const image = header === undefined ? first : imageOf(bytes, header);
  if (image === undefined || !isDecodable(bytes, image)) {
    return undefined;
  }
  const frame = readWebpFrame(bytes, image);
  if (header === undefined) {
    return frame && { width: frame.width, height: frame.height };
  }
  const { width, height } = header;
  return frame === undefined || (frame.width === width && frame.height === height)
    ? { width, height }
    : undefined;
}

/** Reads a chunk that holds a whole image. `undefined`: the chunk is of another kind. */
export function readWebpFrame(
  bytes: Uint8Array,
  { type, start }: WebpChunk,
): WebpFrame | undefined {
  const view = viewOf(bytes);
  if (type === "VP8 ") {
    const [width, height] = [view.getUint16(start + 6, true), view.getUint16(start + 8, true)];
    return { width: width & SIDE_MASK, height: height & SIDE_MASK, hasAlpha: false };
  }
  if (type !== "VP8L") {
    return undefined;
  }
  const bits = view.getUint32(start + 1, true);
  return {
    width: 1 + (bits & SIDE_MASK),
    height: 1 + ((bits >> SIDE_BITS) & SIDE_MASK),
    hasAlpha: (bits & ALPHA_BIT) !== 0,
  };
}

function imageOf(bytes: Uint8Array, { flags }: WebpHeader): WebpChunk | undefined {
  if (flags & RESERVED) {
    return undefined;
  }
  const types = flags & ANIMATION_FLAG ? ["ANMF"] : ["VP8 ", "VP8L"];
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, bytes.length)) {
    if (types.includes(chunk.type)) {
      return chunk;
    }
  }
  return undefined;
}

function isDecodable(bytes: Uint8Array, { type, start, end }: WebpChunk): boolean {
  const view = viewOf(bytes);
  if (end > bytes.length || end - start < (MIN_BYTES.get(type) ?? 0)) {
    return false;
  }
  if (type === "VP8L") {
    return view.getUint8(start) === 0x2f && view.getUint8(start + 4) >> 5 === 0;
  }
  // A key frame has bit 0 clear and the start code of RFC 6386, section 9.1.
  if (type === "VP8 ") {
    return (view.getUint8(start) & 1) === 0 && asciiAt(bytes, start + 3, 3) === "\x9d\x01*";
  }
  return type === "ANMF";
}
