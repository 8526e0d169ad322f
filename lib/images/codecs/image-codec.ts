import { MAX_MEGAPIXELS } from "../image-size.ts";
import { TIME_PLAN } from "../../time-plan.ts";
import type { ReworkOptions, SourceImage } from "./rework-image.ts";

/** Decodes and encodes off the event loop. Throws for anything it cannot do. */
export interface ImageCodec {
  /** See `convertHeic()`. */
  convertHeic(heic: Uint8Array): Promise<Uint8Array>;
  /** See `reworkImage()`. */
  reworkImage(source: SourceImage, options: ReworkOptions): Promise<SourceImage | undefined>;
  /** See `makeVariant()`. Variants of one and the same `source` examine it once. */
  makeVariant(source: SourceImage, width: number): Promise<SourceImage>;
}

/** Loads a decoder with the first image that needs it. By default only a HEIC does. */
export function createImageCodec(): ImageCodec {
  const libheif = {};
  const opened = new WeakMap();
  return {
    async convertHeic(heic) {
      const { convertHeic } = await import("./convert-heic.ts");
      return convertHeic(heic, { maxPixels: MAX_PIXELS, timeoutMs: TIME_PLAN.codecMs, libheif });
    },
    async reworkImage(source, options) {
      const { reworkImage } = await import("./rework-image.ts");
      return reworkImage(source, options, LIMITS);
    },
    async makeVariant(source, width) {
      const { makeVariant } = await import("./rework-image.ts");
      return makeVariant(source, width, { ...LIMITS, opened });
    },
  };
}

const MAX_PIXELS = MAX_MEGAPIXELS * 1_000_000;
/** One step takes one or two seconds for a photo of 12 megapixels. */
const LIMITS = { maxPixels: MAX_PIXELS, timeoutSeconds: TIME_PLAN.codecMs / 1000 };
