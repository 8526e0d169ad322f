import type { ImageSize } from "./image-size.ts";
import { asciiAt, viewOf } from "./bytes.ts";

/** The numbers of an EXIF block by tag, of the tags that change how large a browser shows an image. */
export type Exif = ReadonlyMap<number, number>;

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;

export const ORIENTATION = 0x0112;
export const X_RESOLUTION = 0x011a;
export const Y_RESOLUTION = 0x011b;
export const RESOLUTION_UNIT = 0x0128;
const EXIF_DIRECTORY = 0x8769;
const PIXEL_X_DIMENSION = 0xa002;
const PIXEL_Y_DIMENSION = 0xa003;

// A tag of another type counts as absent: Chromium ignores an orientation written as LONG or BYTE.
const TYPES_BY_TAG = new Map([
  [ORIENTATION, [SHORT]],
  [X_RESOLUTION, [RATIONAL]],
  [Y_RESOLUTION, [RATIONAL]],
  [RESOLUTION_UNIT, [SHORT]],
  [EXIF_DIRECTORY, [LONG]],
  [PIXEL_X_DIMENSION, [SHORT, LONG]],
  [PIXEL_Y_DIMENSION, [SHORT, LONG]],
]);

export const INCHES = 2;
const CSS_DPI = 72;
const ENTRY_BYTES = 12;

/** Reads a TIFF block (no `Exif\0\0` before it). What is broken is left out, as Chromium leaves it out. */
export function parseExif(tiff: Uint8Array): Exif {
  const exif = new Map<number, number>();
  const littleEndian = asciiAt(tiff, 0) === "II*\0";
  if (tiff.length < 8 || !(littleEndian || asciiAt(tiff, 0) === "MM\0*")) return exif;
  const view = viewOf(tiff);
  addDirectory(exif, view, view.getUint32(4, littleEndian), littleEndian);
  const directory = exif.get(EXIF_DIRECTORY);
  if (directory !== undefined) addDirectory(exif, view, directory, littleEndian);
  return exif;
}

/** Orientations 5 to 8 lie on their side: width and height change places. */
export function orientedSize(exif: Exif, { width, height }: ImageSize): ImageSize {
  return (exif.get(ORIENTATION) ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * Blink's density correction (`ExtractDensityCorrectedSize`): PixelXDimension × PixelYDimension is the size shown when
 * it is exactly what the resolution in dots per inch makes of the stored pixels, at 72 to the inch.
 */
export function densityCorrectedSize(exif: Exif, stored: ImageSize): ImageSize {
  const width = exif.get(PIXEL_X_DIMENSION);
  const height = exif.get(PIXEL_Y_DIMENSION);
  const isCorrected =
    exif.get(RESOLUTION_UNIT) === INCHES &&
    width === atCssDpi(stored.width, exif.get(X_RESOLUTION)) &&
    height === atCssDpi(stored.height, exif.get(Y_RESOLUTION));
  return isCorrected && width && height ? { width, height } : stored;
}

function atCssDpi(pixels: number, dpi: number | undefined): number | undefined {
  return dpi === undefined ? undefined : Math.round((pixels * CSS_DPI) / dpi);
}

function addDirectory(
  exif: Map<number, number>,
  view: DataView,
  start: number,
  littleEndian: boolean,
): void {
  if (start + 2 > view.byteLength) return;
  const claimed = view.getUint16(start, littleEndian);
  const present = Math.floor((view.byteLength - start - 2) / ENTRY_BYTES);
  for (let index = 0; index < Math.min(claimed, present); index += 1) {
    const at = start + 2 + index * ENTRY_BYTES;
    const tag = view.getUint16(at, littleEndian);
    const value = readValue(view, at, littleEndian);
    const isUsable = value !== undefined && (tag !== ORIENTATION || (value >= 1 && value <= 8));
    if (isUsable && !exif.has(tag)) exif.set(tag, value);
  }
}

function readValue(view: DataView, at: number, littleEndian: boolean): number | undefined {
  const type = view.getUint16(at + 2, littleEndian);
  const count = view.getUint32(at + 4, littleEndian);
  if (count !== 1 || !TYPES_BY_TAG.get(view.getUint16(at, littleEndian))?.includes(type))
    return undefined;
  if (type === SHORT) return view.getUint16(at + 8, littleEndian);
  const valueOrOffset = view.getUint32(at + 8, littleEndian);
  return type === LONG ? valueOrOffset : readRational(view, valueOrOffset, littleEndian);
}

function readRational(view: DataView, at: number, littleEndian: boolean): number | undefined {
  if (at + 8 > view.byteLength) return undefined;
  return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
}
