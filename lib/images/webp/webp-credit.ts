import { viewOf } from "../bytes.ts";
import { type Credit, creditIn } from "../credit.ts";
import { CHUNK_HEADER_BYTES, RIFF_HEADER_BYTES, webpChunksIn } from "./webp-chunks.ts";

export function readWebpCredit(bytes: Uint8Array): Credit | undefined {
  const end = CHUNK_HEADER_BYTES + viewOf(bytes).getUint32(4, true);
  const chunks = [...webpChunksIn(bytes, RIFF_HEADER_BYTES, end)];
  return creditIn(
    chunks
      .filter(({ type }) => type === "EXIF" || type === "XMP ")
      .map((chunk) => bytes.subarray(chunk.start, chunk.end)),
  );
}
