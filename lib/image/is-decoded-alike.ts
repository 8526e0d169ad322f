import { readAvifBoxes } from "./avif-boxes.ts";
import { type Box, filledBoxes } from "./boxes.ts";
import { asciiAt, viewOf } from "./bytes.ts";
import { IMAGE, gifBlocksOf } from "./gif-blocks.ts";
import type { ImageType } from "./inspect-image.ts";
import { hasColours } from "./icc-profile.ts";
import { readWebpFrame } from "./inspect-webp.ts";
import { isProfilePart, readProfileParts } from "./jpeg-profile.ts";
import { segmentsOf } from "./jpeg-segments.ts";
import { type PngChunk, isIntact, pngChunksOf } from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";
import { readPngProfile } from "./png-profile.ts";
import { RIFF_HEADER_BYTES, webpChunkAt, webpChunksIn } from "./webp-chunks.ts";

const CHECKS = {
  png: isPlainPng,
  jpg: isPlainJpeg,
  gif: isFilledGif,
  webp: isPlainWebp,
  avif: isPlainAvif,
} as const;

// PNG specification, 11.3.2.1 and 11.3.2.2, in 1/100000: what sRGB is, and what is taken for it.
const SRGB_GAMMA = [45_455];
const SRGB_PRIMARIES = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const TOLERANCE = 1_000;

const PNG_COLOURS = new Set(["cICP", "iCCP", "sRGB", "gAMA", "cHRM"]);
const RENDERING_INTENTS = 4;

// RFC 9649, 2.7.
const WEBP_PROFILE = 0x20;
const WEBP_ALPHA = 0x10;
const WEBP_ANIMATION = 0x02;

// ITU-T H.273: BT.709 or unspecified; transfers that Chromium draws as it draws sRGB.
const SDR_PRIMARIES = new Set([1, 2]);
const SDR_TRANSFERS = new Set([1, 2, 6, 13]);

// AV1 in ISO base media, 2.3.3: the second and third byte of `av1C`.
const PROFILE = 0xe000;
const PROFESSIONAL = 0x4000;
const HIGH_BIT_DEPTH = 0x0040;
const MONOCHROME = 0x0010;

/**
 * Whether libvips makes of a picture what browsers show, as far as the file tells: colours are those of an ICC profile or
 * sRGB, and all pixels are there. Found by comparing it with Chromium. Throws a RangeError for a broken file.
 */
export function isDecodedAlike(bytes: Uint8Array, type: ImageType): boolean {
  return CHECKS[type](bytes);
}

// Browsers heed `gAMA`, `cHRM` and `cICP`; a transparent grey of less than 8 bits is understood in two ways.
function isPlainPng(bytes: Uint8Array): boolean {
  const chunks = new Map<string, PngChunk>();
  for (const chunk of pngChunksOf(bytes)) {
    if (chunk.type === "IDAT") break;
    if (PNG_COLOURS.has(chunk.type) && (chunks.has(chunk.type) || chunks.has("PLTE"))) return false;
    chunks.set(chunk.type, chunk);
  }
  const { isColour, bitDepth } = readPngHeader(bytes);
  if (chunks.has("cICP") || (chunks.has("tRNS") && !isColour && bitDepth < 8)) return false;
  for (const chunk of chunks.values()) if (!isValid(bytes, chunk)) return false;
  if (chunks.has("iCCP") || chunks.has("sRGB")) return true;
  return (
    isNear(bytes, chunks.get("gAMA"), SRGB_GAMMA) &&
    isNear(bytes, chunks.get("cHRM"), SRGB_PRIMARIES)
  );
}

// Chromium passes over a chunk of colours that is damaged, libvips mostly does not.
function isValid(bytes: Uint8Array, chunk: PngChunk): boolean {
  if (!PNG_COLOURS.has(chunk.type)) return true;
  if (!isIntact(bytes, chunk)) return false;
  const { type, start, end } = chunk;
  const body = bytes.subarray(start, end);
  if (type === "sRGB") return body.length === 1 && body.every((value) => value < RENDERING_INTENTS);
  if (type === "gAMA") return body.length === 4 && viewOf(body).getUint32(0) > 0;
  if (type === "cHRM") return body.length === 32 && hasRealPrimaries(body);
  const icc = readPngProfile(body);
  return icc !== undefined && hasColours(icc, readPngHeader(bytes).isColour ? "RGB " : "GRAY");
}

// No y is 0: what is of that colour has no brightness.
function hasRealPrimaries(chromaticities: Uint8Array): boolean {
  const view = viewOf(chromaticities);
  return [4, 12, 20, 28].every((at) => view.getUint32(at) > 0);
}

function isNear(bytes: Uint8Array, chunk: PngChunk | undefined, expected: number[]): boolean {
  if (chunk === undefined) return true;
  const view = viewOf(bytes);
  return expected.every(
    (value, index) => Math.abs(view.getUint32(chunk.start + 4 * index) - value) <= TOLERANCE,
  );
}

// Chromium takes the first of two profiles and libvips the last, or one of them takes what the other one does not.
function isPlainJpeg(bytes: Uint8Array): boolean {
  let parts = 0;
  for (const segment of segmentsOf(bytes)) if (isProfilePart(bytes, segment)) parts += 1;
  return parts === readProfileParts(bytes).length;
}

// Where the header denies what its picture has, Chromium mixes colour and transparency as nobody else does.
function isPlainWebp(bytes: Uint8Array): boolean {
  const header = webpChunkAt(bytes, RIFF_HEADER_BYTES);
  if (header.type !== "VP8X") return true;
  const flags = viewOf(bytes).getUint8(header.start);
  const chunks = [...webpChunksIn(bytes, header.next, 8 + viewOf(bytes).getUint32(4, true))];
  const types = new Set(chunks.map(({ type }) => type));
  if (types.has("ICCP") !== isSet(flags, WEBP_PROFILE)) return false;
  if (isSet(flags, WEBP_ANIMATION)) return true;
  const [frame] = chunks.flatMap((chunk) => readWebpFrame(bytes, chunk) ?? []);
  return (
    frame !== undefined &&
    (types.has("ALPH") || frame.hasAlpha) === isSet(flags, WEBP_ALPHA) &&
    frame.width === 1 + uint24(bytes, header.start + 4) &&
    frame.height === 1 + uint24(bytes, header.start + 7)
  );
}

function isSet(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}

function uint24(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint16(at, true) + 65_536 * viewOf(bytes).getUint8(at + 2);
}

// What the frame leaves free of the screen is transparent in browsers.
function isFilledGif(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (const { introducer, start } of gifBlocksOf(bytes))
    if (introducer === IMAGE)
      return view.getUint32(start + 1) === 0 && view.getUint32(start + 5) === view.getUint32(6);
  return false;
}

// libheif takes grey, of which transparency is made too, for darker or lighter than it is. Of the Professional profile
// (4:2:2, 12 bits) early files describe themselves wrongly, and Chromium draws nothing.
function isPlainAvif(bytes: Uint8Array): boolean {
  const list = readAvifBoxes(bytes).file.get("ipco");
  const properties = list ? [...filledBoxes(bytes, list.start, list.end)] : [];
  const view = viewOf(bytes);
  const codings = properties.filter(({ type }) => type === "av1C");
  const flags = codings.map(({ start }) => view.getUint16(start + 1));
  if (flags.some((bits) => bits & MONOCHROME || (bits & PROFILE) === PROFESSIONAL)) return false;
  const colours = properties.filter(({ type }) => type === "colr");
  // Without a `colr` the coded picture says it, which is HDR at 10 or 12 bits only.
  if (colours.length === 0) return flags.every((bits) => (bits & HIGH_BIT_DEPTH) === 0);
  return colours.every((colour) => isSdr(bytes, colour));
}

function isSdr(bytes: Uint8Array, { start }: Box): boolean {
  const view = viewOf(bytes);
  return (
    asciiAt(bytes, start) !== "nclx" ||
    (SDR_PRIMARIES.has(view.getUint16(start + 4)) && SDR_TRANSFERS.has(view.getUint16(start + 6)))
  );
}
