import { viewOf } from "../bytes.ts";
import { type Density, PER_CENTIMETRE, PER_INCH } from "../density.ts";
import {
  type Exif,
  INCHES,
  RESOLUTION_UNIT,
  X_RESOLUTION,
  Y_RESOLUTION,
  parseExif,
} from "../exif.ts";
import type { ImageSize } from "../image-size.ts";
import { frameSize, isFrame } from "./jpeg-frame.ts";
import {
  EXIF_SIGNATURE_BYTES,
  type JpegSegment,
  headerSegments,
  isExif,
  isJfif,
} from "./jpeg-segments.ts";

const JFIF_UNITS = new Map([
  [1, PER_INCH],
  [2, PER_CENTIMETRE],
]);
const EXIF_UNITS = new Map([
  [INCHES, PER_INCH],
  [3, PER_CENTIMETRE],
]);

type Dots = Omit<Density, "storedPixels">;

/** EXIF wins over JFIF: programs that write EXIF leave a JFIF segment of 72 dpi unchanged. */
export function readJpegDensity(bytes: Uint8Array): Density | undefined {
  let jfif: Dots | undefined;
  let exif: Exif | undefined;
  let stored: ImageSize | undefined;
  for (const segment of headerSegments(bytes)) {
    if (isJfif(bytes, segment)) {
      jfif ??= jfifDensity(bytes, segment);
    }
    if (isFrame(segment)) {
      stored ??= frameSize(bytes, segment);
    }
    if (isExif(bytes, segment)) {
      exif ??= parseExif(bytes.subarray(segment.start + EXIF_SIGNATURE_BYTES, segment.end));
    }
  }
  const dots = (exif && exifDensity(exif)) ?? jfif;
  return dots && stored && { ...dots, storedPixels: stored.width * stored.height };
}

function jfifDensity(bytes: Uint8Array, { start }: JpegSegment): Dots | undefined {
  const view = viewOf(bytes);
  const dpiOfOne = JFIF_UNITS.get(view.getUint8(start + 7));
  if (dpiOfOne === undefined) {
    return undefined;
  }
  return { x: view.getUint16(start + 8), y: view.getUint16(start + 10), dpiOfOne };
}

/** Exif 2.32, section 4.6.4: a resolution without a unit is in inches. */
function exifDensity(exif: Exif): Dots | undefined {
  const x = exif.get(X_RESOLUTION);
  const y = exif.get(Y_RESOLUTION);
  const dpiOfOne = EXIF_UNITS.get(exif.get(RESOLUTION_UNIT) ?? INCHES);
  return x === undefined || y === undefined || dpiOfOne === undefined
    ? undefined
    : { x, y, dpiOfOne };
}
