import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { pngChunksOf } from "../image/png-chunks.ts";
import { type PngHeader, readPngHeader } from "../image/png-header.ts";
import { spliceJpeg } from "../image/splice-jpeg.ts";
import { splicePng } from "../image/splice-png.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { type CodecLimits, type SourceImage, asSourceImage } from "./open-picture.ts";
import { sharp } from "./sharp.ts";

// oxipng cannot be cancelled: a megabyte of pixels takes a core 0.15 to 0.3 seconds.
const MAX_PNG_DATA_BYTES = 60_000_000;

// Some milliseconds, between which the event loop does other things.
const HASHED_AT_ONCE_BYTES = 4 * 1024 * 1024;

/**
 * The same picture in fewer bytes, or `undefined`: nothing is gained, it would take too long, or it is not certain that
 * the result looks the same. JPEG and PNG only.
 */
export async function recodeLosslessly(
  source: SourceImage,
  limits: CodecLimits,
): Promise<SourceImage | undefined> {
  const bytes = await recode(source);
  if (bytes === undefined || bytes.length >= source.bytes.length) return undefined;
  const recoded = asSourceImage(bytes, source.facts);
  // One after the other: the pixels of both together may be too much.
  const before = await hashPixels(source, limits);
  return before === (await hashPixels(recoded, limits)) ? recoded : undefined;
}

async function recode({ bytes, facts }: SourceImage): Promise<Uint8Array | undefined> {
  if (facts.type === "jpg" && fitsInMemory(facts)) return recodeJpeg(bytes);
  if (facts.type === "png") return recodePng(bytes);
  return undefined;
}

async function recodeJpeg(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const { compressJpeg } = await import("@napi-rs/image");
  return spliceJpeg(bytes, await compressJpeg(bytes, { quality: 100 }));
}

async function recodePng(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const header = readPngHeader(bytes);
  if (header.dataBytes > MAX_PNG_DATA_BYTES) return undefined;
  const { losslessCompressPng, PngRowFilter } = await import("@napi-rs/image");
  const { None, Average, Paeth } = PngRowFilter;
  const recoded = await losslessCompressPng(bytes, {
    // All chunks but those of the pixels: the source's own are put back.
    strip: true,
    // Nearly as small as with the filters that it tries by default, in half the time.
    filter: [None, Average, Paeth],
    ...reductionsOf(bytes, header),
  });
  return splicePng(bytes, recoded);
}

// A profile for colours fits no grey picture and the other way round; pixels of 8 and 16 bits do not compare; browsers
// and decoders see different colours where an index reaches beyond the palette, as long as it does.
function reductionsOf(bytes: Uint8Array, { isColour, isPalette, bitDepth }: PngHeader) {
  const hasColourSpace = [...pngChunksOf(bytes)].some(({ type }) => /^(?:iCCP|cICP)$/.test(type));
  return {
    paletteReduction: !isPalette,
    bitDepthReduction: !isPalette && bitDepth < 16,
    grayscaleReduction: !isPalette && !hasColourSpace,
    colorTypeReduction: !isPalette && (!hasColourSpace || isColour),
  };
}

// As they are stored: not turned, and not through the colour profile.
async function hashPixels(
  { bytes, facts }: SourceImage,
  { maxPixels, timeoutSeconds }: CodecLimits,
): Promise<string> {
  const options = { limitInputPixels: maxPixels, failOn: "warning", ignoreIcc: true } as const;
  const picture = sharp(bytes, options).timeout({ seconds: timeoutSeconds });
  const { space, depth } = await picture.metadata();
  if (space === "cmyk") picture.pipelineColourspace("cmyk").toColourspace("cmyk");
  if (depth === "ushort") picture.toColourspace("rgb16");
  // Transparency that is nowhere used may be gone.
  if (facts.type === "png") picture.ensureAlpha();
  const pixels = await picture.raw({ depth: depth === "ushort" ? depth : "uchar" }).toBuffer();
  return hash(pixels);
}

async function hash(pixels: Uint8Array): Promise<string> {
  const sha = createHash("sha256");
  for (let at = 0; at < pixels.length; at += HASHED_AT_ONCE_BYTES) {
    sha.update(pixels.subarray(at, at + HASHED_AT_ONCE_BYTES));
    await setImmediate();
  }
  return sha.digest("hex");
}
