import type { ImageSize } from "./image-size.ts";
import { asciiAt, viewOf } from "./bytes.ts";
import { RIFF_HEADER_BYTES, type WebpChunk, webpChunkAt, webpChunksIn } from "./webp-chunks.ts";

/** The picture's own words, whatever the file's header says. */
export interface WebpFrame extends ImageSize {
  hasAlpha: boolean;
}

const ANIMATION = 0x02;
const RESERVED = 0xc1;

// RFC 9649, 3.4: 14 bits each for width and height, less one, then the bit of alpha.
const SIDE_BITS = 14;
const SIDE_MASK = 0x3fff;
const ALPHA_BIT = 1 << 28;

/**
 * Chromium shows a WebP as it is stored: it ignores the EXIF orientation and resolution. It shows none whose header and
 * picture differ in size.
 */
export function inspectWebp(bytes: Uint8Array, stored: ImageSize): ImageSize | undefined {
  const first = webpChunkAt(bytes, RIFF_HEADER_BYTES);
  const image = first.type === "VP8X" ? imageAfter(bytes, first) : first;
  if (image === undefined || !isDecodable(bytes, image)) return undefined;
  const frame = readWebpFrame(bytes, image) ?? stored;
  return frame.width === stored.width && frame.height === stored.height ? stored : undefined;
}

/** The frame of a chunk that holds a whole picture; `undefined` for others. */
export function readWebpFrame(
  bytes: Uint8Array,
  { type, start }: WebpChunk,
): WebpFrame | undefined {
  const view = viewOf(bytes);
  if (type === "VP8 ") {
    const [width, height] = [view.getUint16(start + 6, true), view.getUint16(start + 8, true)];
    return { width: width & SIDE_MASK, height: height & SIDE_MASK, hasAlpha: false };
  }
  if (type !== "VP8L") return undefined;
  const bits = view.getUint32(start + 1, true);
  return {
    width: 1 + (bits & SIDE_MASK),
    height: 1 + ((bits >> SIDE_BITS) & SIDE_MASK),
    hasAlpha: (bits & ALPHA_BIT) !== 0,
  };
}

function imageAfter(bytes: Uint8Array, header: WebpChunk): WebpChunk | undefined {
  const flags = viewOf(bytes).getUint8(header.start);
  if (flags & RESERVED) return undefined;
  const types = flags & ANIMATION ? ["ANMF"] : ["VP8 ", "VP8L"];
  for (const chunk of webpChunksIn(bytes, RIFF_HEADER_BYTES, bytes.length))
    if (types.includes(chunk.type)) return chunk;
  return undefined;
}

function isDecodable(bytes: Uint8Array, { type, start, end }: WebpChunk): boolean {
  const view = viewOf(bytes);
  if (end > bytes.length) return false;
  if (type === "VP8L") return view.getUint8(start) === 0x2f && view.getUint8(start + 4) >> 5 === 0;
  // A key frame (bit 0 clear), then the start code of RFC 6386, section 9.1.
  if (type === "VP8 ")
    return (view.getUint8(start) & 1) === 0 && asciiAt(bytes, start + 3, 3) === "\x9d\x01*";
  return type === "ANMF";
}
