import { type PngChunk, PNG_SIGNATURE, pngChunksOf } from "./png-chunks.ts";

/** What counts in the colours of the image that it stands beside, and changes nothing of how browsers show it. */
const BOUND_TO_PIXELS = new Set(["bKGD", "hIST", "sBIT"]);
const PIXELS = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/** The pixels of one PNG between what else another one holds: colour space, resolution, orientation. */
export function splicePng(source: Uint8Array, recoded: Uint8Array): Uint8Array {
  const { before, after } = companionsIn(source);
  const parts: Uint8Array[] = [Buffer.from(PNG_SIGNATURE, "latin1")];
  for (const chunk of pngChunksOf(recoded)) {
    if (!PIXELS.has(chunk.type)) {
      continue;
    }
    if (chunk.type === "IEND") {
      parts.push(...after);
    }
    parts.push(wholeOf(recoded, chunk));
    if (chunk.type === "IHDR") {
      parts.push(...before);
    }
  }
  return Buffer.concat(parts);
}

function companionsIn(source: Uint8Array) {
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  let hasPixels = false;
  for (const chunk of pngChunksOf(source)) {
    hasPixels ||= chunk.type === "IDAT";
    if (PIXELS.has(chunk.type) || BOUND_TO_PIXELS.has(chunk.type)) {
      continue;
    }
    (hasPixels ? after : before).push(wholeOf(source, chunk));
  }
  return { before, after };
}

function wholeOf(bytes: Uint8Array, { at, next }: PngChunk): Uint8Array {
  return bytes.subarray(at, next);
}
