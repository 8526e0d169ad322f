import { asciiAt } from "../bytes.ts";
import type { ImageFormat } from "../image-format.ts";
import { cleanPng } from "./clean-png.ts";
import { inspectPng } from "./inspect-png.ts";
import { isPlainPng } from "./is-plain-png.ts";
import { PNG_SIGNATURE, pngChunksOf } from "./png-chunks.ts";
import { readPngCredit } from "./png-credit.ts";
import { readPngDensity } from "./png-density.ts";

export const png: ImageFormat = {
  extension: "png",
  mediaType: "image/png",
  matches: (bytes) => asciiAt(bytes, 0, PNG_SIGNATURE.length) === PNG_SIGNATURE,
  inspect: inspectPng,
  clean: cleanPng,
  isAnimated: isAnimatedPng,
  isDecodedAlike: isPlainPng,
  readCredit: readPngCredit,
  readDensity: readPngDensity,
  isTurnedByExif: true,
  isWorthConverting: true,
  encode: (pixels, { metadata }) =>
    pixels.toColourspace(metadata.space).png({ compressionLevel: 9, adaptiveFiltering: true }),
};

/** An APNG declares itself before its pixels. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  for (const { type } of pngChunksOf(bytes)) {
    if (type === "IDAT") {
      return false;
    }
    if (type === "acTL") {
      return true;
    }
  }
  return false;
}
