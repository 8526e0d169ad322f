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
  const view = viewOf(bytes);
  let type = "";
  for (let at = PNG_SIGNATURE.length; type !== "IEND" && at < bytes.length;) {
    const start = at + HEADER_BYTES;
    const end = start + view.getUint32(at);
    const next = end + CHECKSUM_BYTES;
    if (next > bytes.length) throw new RangeError("Cannot read a PNG chunk that was cut short");
    type = asciiAt(bytes, at + 4);
    yield { type, at, start, end, next };
    at = next;
  }
}
