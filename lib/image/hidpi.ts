import { imageDimensionsFromData } from "image-dimensions";
import { viewOf } from "./bytes.ts";
import {
  type Exif,
  INCHES,
  RESOLUTION_UNIT,
  X_RESOLUTION,
  Y_RESOLUTION,
  parseExif,
} from "./exif.ts";
import type { ImageSize } from "./image-size.ts";
import { hasReadableBoxes } from "./inspect-avif.ts";
import type { ImageFacts } from "./inspect-image.ts";
import {
  EXIF_SIGNATURE_BYTES,
  type JpegSegment,
  headerSegments,
  isExif,
  isJfif,
} from "./jpeg-segments.ts";
import { type PngChunk, chunksUntilPixels, isIntact } from "./png-chunks.ts";

/** Dots per unit in each direction, and how many dots per inch one dot per unit is. */
interface Density {
  x: number;
  y: number;
  dpiOfOne: number;
}

const HIDPI = 144;

const PER_INCH = 1;
const PER_CENTIMETRE = 2.54;
const PER_METRE = 0.0254;

const PNG_METRES = 1;
const PHYS_BYTES = 9;

const JFIF_UNITS = new Map([
  [1, PER_INCH],
  [2, PER_CENTIMETRE],
]);
const EXIF_UNITS = new Map([
  [INCHES, PER_INCH],
  [3, PER_CENTIMETRE],
]);

/**
 * Whether the file as posted declares 144 dots per inch, as screenshots of a Mac do, so that what is published of it
 * is to be shown at half its pixels. Not so when Chromium halves it by itself, from the EXIF that was kept.
 */
export function isHiDpi(source: Uint8Array, published: ImageFacts): boolean {
  try {
    const stored = hasReadableBoxes(source) ? imageDimensionsFromData(source) : undefined;
    if (stored === undefined || pixelsOf(stored) !== pixelsOf(published)) return false;
    if (stored.type === "png") return isAtHiDpi(densityOfPng(source));
    return stored.type === "jpeg" && isAtHiDpi(densityOfJpeg(source));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function pixelsOf({ width, height }: ImageSize): number {
  return width * height;
}

function isAtHiDpi(density: Density | undefined): boolean {
  if (density === undefined) return false;
  const { x, y, dpiOfOne } = density;
  // JFIF has whole numbers only: 57 to the centimetre is what 56.69 became, though it is nearer to 145 dpi.
  return [x, y].every(
    (dots) => Math.round(dots * dpiOfOne) === HIDPI || dots === Math.round(HIDPI / dpiOfOne),
  );
}

function densityOfPng(bytes: Uint8Array): Density | undefined {
  for (const chunk of chunksUntilPixels(bytes))
    if (chunk.type === "pHYs" && chunk.end - chunk.start === PHYS_BYTES && isIntact(bytes, chunk))
      return physDensity(bytes, chunk);
  return undefined;
}

function physDensity(bytes: Uint8Array, { start }: PngChunk): Density | undefined {
  const view = viewOf(bytes);
  if (view.getUint8(start + 8) !== PNG_METRES) return undefined;
  return { x: view.getUint32(start), y: view.getUint32(start + 4), dpiOfOne: PER_METRE };
}

// EXIF before JFIF: programs that know of the former leave a JFIF segment of 72 dpi as it is.
function densityOfJpeg(bytes: Uint8Array): Density | undefined {
  let jfif: Density | undefined;
  let exif: Exif | undefined;
  for (const segment of headerSegments(bytes)) {
    if (isJfif(bytes, segment)) jfif ??= jfifDensity(bytes, segment);
    if (isExif(bytes, segment))
      exif ??= parseExif(bytes.subarray(segment.start + EXIF_SIGNATURE_BYTES, segment.end));
  }
  return (exif && exifDensity(exif)) ?? jfif;
}

function jfifDensity(bytes: Uint8Array, { start }: JpegSegment): Density | undefined {
  const view = viewOf(bytes);
  const dpiOfOne = JFIF_UNITS.get(view.getUint8(start + 7));
  if (dpiOfOne === undefined) return undefined;
  return { x: view.getUint16(start + 8), y: view.getUint16(start + 10), dpiOfOne };
}

// Exif 2.32, section 4.6.4: without a unit the resolution is in inches.
function exifDensity(exif: Exif): Density | undefined {
  const x = exif.get(X_RESOLUTION);
  const y = exif.get(Y_RESOLUTION);
  const dpiOfOne = EXIF_UNITS.get(exif.get(RESOLUTION_UNIT) ?? INCHES);
  return x === undefined || y === undefined || dpiOfOne === undefined
    ? undefined
    : { x, y, dpiOfOne };
}
