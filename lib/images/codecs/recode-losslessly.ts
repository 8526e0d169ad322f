import { setImmediate } from "node:timers/promises";
import { sha256 } from "../../give-way.ts";
import { pngChunksOf } from "../png/png-chunks.ts";
import { type PngHeader, readPngHeader } from "../png/png-header.ts";
import { spliceJpeg } from "../jpeg/splice-jpeg.ts";
import { splicePng } from "../png/splice-png.ts";
import { fitsInMemory } from "./fits-in-memory.ts";
import { type LosslessJob, recodeInProcess } from "./lossless-recoder.ts";
import { type CodecLimits, type SourceImage, asSourceImage } from "./open-image.ts";
import { sharp } from "./sharp.ts";

/**
 * A core takes 0.15 to 0.3 seconds per megabyte of pixels, so a larger image would only time out.
 */
const MAX_PNG_DATA_BYTES = 60_000_000;

/**
 * Recodes a JPEG or PNG into fewer bytes. `undefined`: the result is not smaller, recoding would
 * take too long, or the result might not look the same.
 */
export async function recodeLosslessly(
  source: SourceImage,
  limits: CodecLimits,
): Promise<SourceImage | undefined> {
  const recoding = recodingOf(source);
  if (recoding === undefined) {
    return undefined;
  }
  const { job, splice } = recoding;
  let before = "";
  const packed = await recodeInProcess(job, limits.timeoutSeconds * 1000, async () => {
    before = await hashPixels(source, limits);
  });
  const bytes = splice(source.bytes, packed);
  if (bytes === undefined || bytes.length >= source.bytes.length) {
    return undefined;
  }
  const recoded = asSourceImage(bytes, source.facts);
  // Hashes one after the other, because the pixels of both together may not fit into memory.
  return before === (await hashPixels(recoded, limits)) ? recoded : undefined;
}

interface Recoding {
  job: LosslessJob;
  /** Puts the source's own metadata back. `undefined`: the result might not look the same. */
  splice: (source: Uint8Array, recoded: Uint8Array) => Uint8Array | undefined;
}

function recodingOf({ bytes, facts }: SourceImage): Recoding | undefined {
  if (facts.type === "jpg" && fitsInMemory(facts)) {
    return { job: { bytes, type: "jpg" }, splice: spliceJpeg };
  }
  if (facts.type !== "png") {
    return undefined;
  }
  const header = readPngHeader(bytes);
  return header.dataBytes > MAX_PNG_DATA_BYTES
    ? undefined
    : {
        job: { bytes, type: "png", reductions: reductionsOf(bytes, header) },
        splice: splicePng,
      };
}

/**
 * A colour profile does not fit a grey image, nor a grey profile a colour image. Pixels of 8 and 16
 * bits cannot be compared. If an index exceeds the palette, browsers and decoders show different
 * colours, so palettes stay.
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

/** Hashes the pixels as stored, neither rotated nor colour-managed. */
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
  // oxipng may drop an alpha channel that is fully opaque.
  if (facts.type === "png") {
    image.ensureAlpha();
  }
  const pixels = await image.raw({ depth: depth === "ushort" ? depth : "uchar" }).toBuffer();
  return sha256(pixels, () => setImmediate());
}
