import { FORMATS, type ImageType } from "./formats.ts";

/** Whether a file is made to move, even if it has one frame only. Of a broken file, what was found until it breaks. */
export function isAnimated(bytes: Uint8Array, type: ImageType): boolean {
  try {
    return FORMATS[type].isAnimated(bytes);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
