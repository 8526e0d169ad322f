import { setImmediate } from "node:timers/promises";
import { sha256 } from "../../give-way.ts";
import { pngChunksOf } from "../png/png-chunks.ts";
import { type PngHeader, readPngHeader } from "../png/png-header.ts";
import { spliceJpeg } from "../jpeg/splice-jpeg.ts";
import { splicePng } from "../png/splice-png.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { recodeInProcess } from "./lossless-recoder.ts";
import { type CodecLimits, type SourceImage, asSourceImage } from "./open-image.ts";
import { sharp } from "./sharp.ts";

/** A megabyte of pixels takes a core 0.15 to 0.3 seconds: more would only run out of time. */
const MAX_PNG_DATA_BYTES = 60_000_000;

/**
 * The same image in fewer bytes, or `undefined`: nothing is gained, it would take too long, or it is not certain that
 * the result looks the same. JPEG and PNG only.
 */
export async function recodeLosslessly(
  source: SourceImage,
  limits: CodecLimits,
): Promise<SourceImage | undefined> {
  const bytes = await recode(source, limits.timeoutSeconds * 1000);
  if (bytes === undefined || bytes.length >= source.bytes.length) {
    return undefined;
  }
  const recoded = asSourceImage(bytes, source.facts);
  // One after the other: the pixels of both together may be too much.
  const before = await hashPixels(source, limits);
  return before === (await hashPixels(recoded, limits)) ? recoded : undefined;
}

async function recode(
  { bytes, facts }: SourceImage,
  timeoutMs: number,
): Promise<Uint8Array | undefined> {
  if (facts.type === "jpg" && fitsInMemory(facts)) {
    return spliceJpeg(bytes, await recodeInProcess({ bytes, type: "jpg" }, timeoutMs));
  }
  if (facts.type === "png") {
    return recodePng(bytes, timeoutMs);
  }
  return undefined;
}

async function recodePng(bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
  const header = readPngHeader(bytes);
  if (header.dataBytes > MAX_PNG_DATA_BYTES) {
    return undefined;
  }
  const reductions = reductionsOf(bytes, header);
  return splicePng(bytes, await recodeInProcess({ bytes, type: "png", reductions }, timeoutMs));
}

/**
 * A profile for colours fits no grey image and the other way round; pixels of 8 and 16 bits do not compare; browsers
 * and decoders see different colours where an index reaches beyond the palette, as long as it does.
 */
function reductionsOf(bytes: Uint8Array, { isColour, isPalette, bitDepth }: PngHeader) {
  const hasColourSpace = [...pngChunksOf(bytes)].some(({ type }) => /^(?:iCCP|cICP)$/.test(type));
  return {
    paletteReduction: !isPalette,
    bitDepthReduction: !isPalette && bitDepth < 16,
    grayscaleReduction: !isPalette && !hasColourSpace,
    colorTypeReduction: !isPalette && (!hasColourSpace || isColour),
  };
}

/** As they are stored: not turned, and not through the colour profile. */
async function hashPixels(
  { bytes, facts }: SourceImage,
  { maxPixels, timeoutSeconds }: CodecLimits,
): Promise<string> {
  const options = { limitInputPixels: maxPixels, failOn: "warning", ignoreIcc: true } as const;
  const image = sharp(bytes, options).timeout({ seconds: timeoutSeconds });
  const { space, depth } = await image.metadata();
  if (space === "cmyk") {
    image.pipelineColourspace("cmyk").toColourspace("cmyk");
  }
  if (depth === "ushort") {
    image.toColourspace("rgb16");
  }
  // Transparency that is nowhere used may be gone.
  if (facts.type === "png") {
    image.ensureAlpha();
  }
  const pixels = await image.raw({ depth: depth === "ushort" ? depth : "uchar" }).toBuffer();
  return sha256(pixels, () => setImmediate());
}
