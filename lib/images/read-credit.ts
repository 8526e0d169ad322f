import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";
import { unlessBroken } from "./unless-broken.ts";

/** Who is credited in an image. `undefined`: nobody, or the file is too broken to tell; never throws. */
export function readCredit(bytes: Uint8Array, type: ImageType): Credit | undefined {
  return unlessBroken(() => FORMATS[type].readCredit?.(bytes), undefined);
}
