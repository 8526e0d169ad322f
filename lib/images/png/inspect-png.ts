import { type Exif, orientedSize, parseExif } from "../exif.ts";
import type { ImageSize } from "../image-size.ts";
import {
  type PngChunk,
  PNG_SIGNATURE,
  chunkAt,
  chunksUntilPixels,
  isIntact,
} from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";

const HEADER_BYTES = 13;
const MAX_SIDE = 1_000_000;

/** PNG specification, table 12: the bit depths of each colour type. */
const DEPTHS_BY_COLOUR_TYPE = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

/**
 * Chromium rotates a PNG by its first intact `eXIf` chunk, if that precedes the pixels. Neither
 * `pHYs` nor an EXIF resolution changes the size. It refuses Apple's CgBI variant and unknown
 * critical chunks.
 */
export function inspectPng(bytes: Uint8Array): ImageSize | undefined {
  if (!isDecodable(bytes, chunkAt(bytes, PNG_SIGNATURE.length))) {
    return undefined;
  }
  const { width, height } = readPngHeader(bytes);
  const stored = { width, height };
  if (Math.max(width, height) > MAX_SIDE) {
    return undefined;
  }
  let exif: Exif | undefined;
  for (const chunk of chunksUntilPixels(bytes)) {
    if (isUnknownCritical(chunk)) {
      return undefined;
    }
    if (chunk.type === "eXIf" && exif === undefined && isIntact(bytes, chunk)) {
      exif = parseExif(bytes.subarray(chunk.start, chunk.end));
    }
  }
  return exif === undefined ? stored : orientedSize(exif, stored);
}

function isDecodable(bytes: Uint8Array, header: PngChunk): boolean {
  const { type, start, end } = header;
  if (type !== "IHDR" || end - start !== HEADER_BYTES || !isIntact(bytes, header)) {
    return false;
  }
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = bytes.subarray(
    start + 8,
    end,
  );
  const isKnownColour = DEPTHS_BY_COLOUR_TYPE.get(colourType)?.includes(depth) ?? false;
  return isKnownColour && compression === 0 && filter === 0 && interlace <= 1;
}

/** An upper-case first letter marks a chunk that a decoder must understand. */
function isUnknownCritical({ type }: PngChunk): boolean {
  return type !== "PLTE" && /^[A-Z]/.test(type);
}
