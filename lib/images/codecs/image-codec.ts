import { MAX_MEGAPIXELS } from "../image-size.ts";
import { TIME_PLAN } from "../../time-plan.ts";
import type { ConvertHeic } from "./heic-converter.ts";
import type { Reworker } from "./rework-image.ts";

/** Decodes and encodes off the event loop. Throws for anything it cannot do. */
export interface ImageCodec extends Reworker {
  convertHeic: ConvertHeic;
}

/** One step takes one or two seconds for a photo of 12 megapixels. */
const TIMEOUT_SECONDS = TIME_PLAN.codecMs / 1000;
const MAX_PIXELS = MAX_MEGAPIXELS * 1_000_000;

/** Loads a decoder with the first image that needs it. By default only a HEIC does. */
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
