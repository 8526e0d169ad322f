import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";

/** Who is credited in an image. `undefined`: nobody, or the file is too broken to tell; never throws. */
export function readCredit(bytes: Uint8Array, type: ImageType): Credit | undefined {
  try {
    return FORMATS[type].readCredit?.(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
