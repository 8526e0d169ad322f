import { FORMATS, type ImageType } from "./formats.ts";
import { unlessBroken } from "./unless-broken.ts";

/** Whether a file is made to move, even if it has one frame only. A broken file counts as far as it can be read. */
export function isAnimated(bytes: Uint8Array, type: ImageType): boolean {
  return unlessBroken(() => FORMATS[type].isAnimated(bytes), false);
}
