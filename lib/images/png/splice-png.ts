import { type PngChunk, PNG_SIGNATURE, pngChunksOf } from "./png-chunks.ts";

/**
 * Chunks that are expressed in the colours of their own pixels and do not change how browsers show
 * them.
 */
const BOUND_TO_PIXELS = new Set(["bKGD", "hIST", "sBIT"]);
const PIXELS = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/**
 * Combines the pixels of one PNG with the other chunks of another: colour space, resolution,
 * orientation.
 */
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
