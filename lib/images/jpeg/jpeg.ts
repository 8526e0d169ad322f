import { asciiAt } from "../bytes.ts";
import type { ImageFormat } from "../image-format.ts";
import { cleanJpeg } from "./clean-jpeg.ts";
import { readJpegCredit } from "./jpeg-credit.ts";
import { inspectJpeg } from "./inspect-jpeg.ts";
import { readJpegDensity } from "./jpeg-density.ts";
import { isProfilePart, readProfileParts } from "./jpeg-profile.ts";
import { segmentsOf } from "./jpeg-segments.ts";

/** SOI and the first byte of the next marker. */
const SIGNATURE = "\xff\xd8\xff";

export const jpeg: ImageFormat = {
  extension: "jpg",
  mediaType: "image/jpeg",
  matches: (bytes) => asciiAt(bytes, 0, SIGNATURE.length) === SIGNATURE,
  inspect: inspectJpeg,
  clean: cleanJpeg,
  isAnimated: () => false,
  isDecodedAlike: hasOneProfile,
  readCredit: readJpegCredit,
  readDensity: readJpegDensity,
  isTurnedByExif: true,
  isWorthConverting: true,
  encode: (pixels, { metadata: { space, chromaSubsampling = "" } }) =>
    pixels.toColourspace(space).jpeg({
      quality: 90,
      chromaSubsampling: chromaSubsampling.startsWith("4:4:4") ? "4:4:4" : "4:2:0",
    }),
};

/**
 * With two profiles, Chromium takes the first and libvips the last, or one of them accepts what the
 * other rejects.
 */
function hasOneProfile(bytes: Uint8Array): boolean {
  const segments = [...segmentsOf(bytes)];
  const parts = segments.filter((segment) => isProfilePart(bytes, segment));
  return parts.length === readProfileParts(bytes, segments).length;
}
