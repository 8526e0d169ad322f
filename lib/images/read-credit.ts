import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";
import { unlessBroken } from "./unless-broken.ts";

/**
 * Reads who is credited in an image. `undefined`: nobody is, or the file is too broken to tell.
 * Never throws.
 */
export function readCredit(bytes: Uint8Array, type: ImageType): Credit | undefined {
  return unlessBroken(() => FORMATS[type].readCredit?.(bytes), undefined);
}
