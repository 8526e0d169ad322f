import type { ImageFormat } from "../image-format.ts";
import { brandsOf, isAvif } from "./brands.ts";
import { cleanAvif } from "./clean-avif.ts";
import { holdsGainMap } from "./gain-map.ts";
import { readHeifCredit } from "./heic-metadata.ts";
import { inspectAvif } from "./inspect-avif.ts";
import { isPlainAvif } from "./is-plain-avif.ts";

export const avif: ImageFormat = {
  extension: "avif",
  mediaType: "image/avif",
  matches: isAvif,
  inspect: inspectAvif,
  clean: cleanAvif,
  isAnimated: (bytes) => brandsOf(bytes).includes("avis"),
  isDecodedAlike: isPlainAvif,
  holdsGainMap,
  readCredit: readHeifCredit,
  isTurnedByExif: false,
  isWorthConverting: false,
  // Effort 4, the default, takes six times as long to save 2 %.
  encode: (pixels, { hasGreyProfile }) =>
    hasGreyProfile ? undefined : pixels.avif({ quality: 70, effort: 3 }),
};
