import { MAX_MEGAPIXELS } from "../image-size.ts";
import { TIME_PLAN } from "../../time-plan.ts";
import type { ConvertHeic } from "./heic-converter.ts";
import type { Reworker } from "./rework-image.ts";

/** Decodes and encodes, off the event loop. Whatever it cannot do, it throws. */
export interface ImageCodec extends Reworker {
  convertHeic: ConvertHeic;
}

/** One step takes a photo of 12 megapixels one or two seconds. */
const TIMEOUT_SECONDS = TIME_PLAN.codecMs / 1000;
const MAX_PIXELS = MAX_MEGAPIXELS * 1_000_000;

/** A decoder is loaded with the first image that needs it: by default, only a HEIC does. */
export function createImageCodec(): ImageCodec {
  return {
    async convertHeic(heic) {
      const { createHeicConverter } = await import("./heic-converter.ts");
      const limits = { maxPixels: MAX_PIXELS, timeoutMs: TIMEOUT_SECONDS * 1000 };
      return createHeicConverter(limits)(heic);
    },
    reworkImage: async (source, options) => (await loadReworker()).reworkImage(source, options),
    makeVariant: async (source, width) => (await loadReworker()).makeVariant(source, width),
  };
}

async function loadReworker(): Promise<Reworker> {
  const { createReworker } = await import("./rework-image.ts");
  return createReworker({ maxPixels: MAX_PIXELS, timeoutSeconds: TIMEOUT_SECONDS });
}
