import { asciiAt, viewOf } from "./bytes.ts";

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/** Of a WebP that `inspectImage` knows for one: whether its first picture is coded without loss. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const type = asciiAt(bytes, at);
    if (type === "VP8L" || type === "VP8 ") return type === "VP8L";
    const size = view.getUint32(at + 4, true);
    at += CHUNK_HEADER_BYTES + size + (size % 2);
  }
  return false;
}
