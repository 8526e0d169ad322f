import type { Density } from "./density.ts";
import { FORMATS, matchType } from "./formats.ts";
import type { ImageFacts } from "./inspect-image.ts";
import { unlessBroken } from "./unless-broken.ts";

const HIDPI = 144;

/**
 * Whether the posted file declares 144 dots per inch, as Mac screenshots do, so that the published
 * image should be shown at half its pixels. False when Chromium already halves the image because of
 * the EXIF that was kept.
 */
export function isHiDpi(source: Uint8Array, published: ImageFacts): boolean {
  const type = matchType(source);
  const density = type && unlessBroken(() => FORMATS[type].readDensity?.(source), undefined);
  const shownPixels = published.width * published.height;
  return density !== undefined && density.storedPixels === shownPixels && isAtHiDpi(density);
}

function isAtHiDpi({ x, y, dpiOfOne }: Density): boolean {
  // JFIF holds whole numbers only: 56.69 dots per centimetre become 57, although 57 is nearer to
  // 145 dpi.
  return [x, y].every(
    (dots) => Math.round(dots * dpiOfOne) === HIDPI || dots === Math.round(HIDPI / dpiOfOne),
  );
}
