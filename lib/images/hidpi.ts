import { isAtHiDpi } from "./density.ts";
import { FORMATS, matchType } from "./formats.ts";
import type { ImageFacts } from "./inspect-image.ts";

/**
 * Whether the file as posted declares 144 dots per inch, as screenshots of a Mac do, so that what is published of it
 * is to be shown at half its pixels. Not so when Chromium halves it by itself, from the EXIF that was kept.
 */
export function isHiDpi(source: Uint8Array, published: ImageFacts): boolean {
  try {
    const type = matchType(source);
    const density = type && FORMATS[type].readDensity?.(source);
    const shownPixels = published.width * published.height;
    return density !== undefined && density.storedPixels === shownPixels && isAtHiDpi(density);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
