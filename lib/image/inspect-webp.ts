import type { ImageSize } from "./image-size.ts";
import { asciiAt, viewOf } from "./bytes.ts";
import { RIFF_HEADER_BYTES, type WebpChunk, webpChunkAt } from "./webp-chunks.ts";

const ANIMATION = 0x02;
const RESERVED = 0xc1;

/** Chromium shows a WebP as it is stored: it ignores the EXIF orientation and resolution. */
export function inspectWebp(bytes: Uint8Array, stored: ImageSize): ImageSize | undefined {
  const first = webpChunkAt(bytes, RIFF_HEADER_BYTES);
  const image = first.type === "VP8X" ? imageAfter(bytes, first) : first;
  return image !== undefined && isDecodable(bytes, image) ? stored : undefined;
}

function imageAfter(bytes: Uint8Array, header: WebpChunk): WebpChunk | undefined {
  const flags = viewOf(bytes).getUint8(header.start);
  if (flags & RESERVED) return undefined;
  const types = flags & ANIMATION ? ["ANMF"] : ["VP8 ", "VP8L"];
  let chunk = header;
  while (!types.includes(chunk.type)) chunk = webpChunkAt(bytes, chunk.next);
  return chunk;
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
