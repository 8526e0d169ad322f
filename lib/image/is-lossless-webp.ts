import { CHUNK_HEADER_BYTES, RIFF_HEADER_BYTES, webpChunkAt } from "./webp-chunks.ts";

/** Of a WebP that `inspectImage` knows for one: whether its first picture is coded without loss. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const { type, next } = webpChunkAt(bytes, at);
    if (type === "VP8L" || type === "VP8 ") return type === "VP8L";
    at = next;
  }
  return false;
}
