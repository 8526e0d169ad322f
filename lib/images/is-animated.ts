import { FORMATS, type ImageType } from "./formats.ts";
import { unlessBroken } from "./unless-broken.ts";

/**
 * Whether a file is an animation, even one of a single frame. A broken file is judged by its
 * readable part.
 */
export function isAnimated(bytes: Uint8Array, type: ImageType): boolean {
  return unlessBroken(() => FORMATS[type].isAnimated(bytes), false);
}
