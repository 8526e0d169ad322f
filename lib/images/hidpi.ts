import type { Density } from "./density.ts";
import { FORMATS, matchType } from "./formats.ts";
import type { ImageFacts } from "./inspect-image.ts";
import { unlessBroken } from "./unless-broken.ts";

const HIDPI = 144;

/**
 * Whether the file as posted declares 144 dots per inch, as screenshots of a Mac do, so that what is published of it
 * is to be shown at half its pixels. Not so when Chromium halves it by itself, from the EXIF that was kept.
 */
export function isHiDpi(source: Uint8Array, published: ImageFacts): boolean {
  const type = matchType(source);
  const density = type && unlessBroken(() => FORMATS[type].readDensity?.(source), undefined);
  const shownPixels = published.width * published.height;
  return density !== undefined && density.storedPixels === shownPixels && isAtHiDpi(density);
}

function isAtHiDpi({ x, y, dpiOfOne }: Density): boolean {
  // JFIF has whole numbers only: 57 to the centimetre is what 56.69 became, though it is nearer to 145 dpi.
  return [x, y].every(
    (dots) => Math.round(dots * dpiOfOne) === HIDPI || dots === Math.round(HIDPI / dpiOfOne),
  );
}
