import { asciiAt } from "../bytes.ts";
import type { ImageFormat } from "../image-format.ts";
import { cleanWebp } from "./clean-webp.ts";
import { inspectWebp } from "./inspect-webp.ts";
import { isPlainWebp } from "./is-plain-webp.ts";
import { readWebpCredit } from "./webp-credit.ts";
import { ANIMATION_FLAG, isLosslessWebp, isWebp, readWebpHeader } from "./webp-chunks.ts";

const FIRST_CHUNKS = new Set(["VP8 ", "VP8L", "VP8X"]);

export const webp: ImageFormat = {
  extension: "webp",
  mediaType: "image/webp",
  matches: (bytes) => isWebp(bytes) && FIRST_CHUNKS.has(asciiAt(bytes, 12)),
  inspect: inspectWebp,
  clean: cleanWebp,
  isAnimated: (bytes) => ((readWebpHeader(bytes)?.flags ?? 0) & ANIMATION_FLAG) !== 0,
  isDecodedAlike: isPlainWebp,
  readCredit: readWebpCredit,
  isTurnedByExif: false,
  isWorthConverting: false,
  encode: (pixels, { hasGreyProfile }, source) =>
    hasGreyProfile ? undefined : pixels.webp({ quality: 90, lossless: isLosslessWebp(source) }),
};
