import { viewOf } from "../bytes.ts";
import { hasColours } from "../icc-profile.ts";
import { type PngChunk, isIntact, pngChunksOf } from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";
import { readPngProfile } from "./png-profile.ts";

/**
 * PNG specification, 11.3.2.1 and 11.3.2.2, in 1/100000: the values of sRGB, and how far others may
 * differ.
 */
const SRGB_GAMMA = [45_455];
const SRGB_PRIMARIES = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const TOLERANCE = 1_000;

const PNG_COLOURS = new Set(["cICP", "iCCP", "sRGB", "gAMA", "cHRM"]);
const RENDERING_INTENTS = 4;

/**
 * libvips ignores `gAMA`, `cHRM` and `cICP`, which browsers apply. Browsers also treat a
 * transparent grey of less than 8 bits in their own way.
 */
export function isPlainPng(bytes: Uint8Array): boolean {
  const chunks = new Map<string, PngChunk>();
  for (const chunk of pngChunksOf(bytes)) {
    if (chunk.type === "IDAT") {
      break;
    }
    if (PNG_COLOURS.has(chunk.type) && (chunks.has(chunk.type) || chunks.has("PLTE"))) {
      return false;
    }
    chunks.set(chunk.type, chunk);
  }
  const { isColour, bitDepth } = readPngHeader(bytes);
  if (chunks.has("cICP") || (chunks.has("tRNS") && !isColour && bitDepth < 8)) {
    return false;
  }
  for (const chunk of chunks.values()) {
    if (!isValid(bytes, chunk)) {
      return false;
    }
  }
  if (chunks.has("iCCP") || chunks.has("sRGB")) {
    return true;
  }
  return (
    isNear(bytes, chunks.get("gAMA"), SRGB_GAMMA) &&
    isNear(bytes, chunks.get("cHRM"), SRGB_PRIMARIES)
  );
}

/** Chromium skips a damaged colour chunk; libvips mostly does not. */
function isValid(bytes: Uint8Array, chunk: PngChunk): boolean {
  if (!PNG_COLOURS.has(chunk.type)) {
    return true;
  }
  if (!isIntact(bytes, chunk)) {
    return false;
  }
  const { type, start, end } = chunk;
  const body = bytes.subarray(start, end);
  if (type === "sRGB") {
    return body.length === 1 && body.every((value) => value < RENDERING_INTENTS);
  }
  if (type === "gAMA") {
    return body.length === 4 && viewOf(body).getUint32(0) > 0;
  }
  if (type === "cHRM") {
    return body.length === 32 && hasRealPrimaries(body);
  }
  const icc = readPngProfile(body);
  return icc !== undefined && hasColours(icc, readPngHeader(bytes).isColour ? "RGB " : "GRAY");
}

/** A primary whose y is 0 has no brightness. */
function hasRealPrimaries(chromaticities: Uint8Array): boolean {
  const view = viewOf(chromaticities);
  return [4, 12, 20, 28].every((at) => view.getUint32(at) > 0);
}

function isNear(bytes: Uint8Array, chunk: PngChunk | undefined, expected: number[]): boolean {
  if (chunk === undefined) {
    return true;
  }
  const view = viewOf(bytes);
  return expected.every(
    (value, index) => Math.abs(view.getUint32(chunk.start + 4 * index) - value) <= TOLERANCE,
  );
}
