import type { ImageSize } from "./image-size.ts";
import { asciiAt, viewOf } from "./bytes.ts";

/**
 * Numbers from an EXIF block by tag, for the tags that change the size at which a browser shows an
 * image.
 */
export type Exif = ReadonlyMap<number, number>;

export interface TiffHeader {
  /** Offset of the first directory. */
  mainAt: number;
}

/** One directory entry. A value of up to four bytes stands in the entry itself. */
export interface ExifEntry {
  tag: number;
  type: number;
  count: number;
  valueAt: number;
}

const BYTE = 1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
/** Added in Exif 3.0. */
const UTF_8 = 129;
const BYTES_BY_TYPE = new Map([
  [BYTE, 1],
  [ASCII, 1],
  [SHORT, 2],
  [LONG, 4],
  [RATIONAL, 8],
  [UTF_8, 1],
]);
const TEXTS = new Set([BYTE, ASCII, UTF_8]);
const ENTRY_VALUE_BYTES = 4;

export const ORIENTATION = 0x0112;
export const X_RESOLUTION = 0x011a;
export const Y_RESOLUTION = 0x011b;
export const RESOLUTION_UNIT = 0x0128;
export const ARTIST = 0x013b;
export const COPYRIGHT = 0x8298;
export const XP_AUTHOR = 0x9c9d;
export const EXIF_DIRECTORY = 0x8769;
export const GPS_DIRECTORY = 0x8825;
const PIXEL_X_DIMENSION = 0xa002;
const PIXEL_Y_DIMENSION = 0xa003;

/**
 * A tag of another type counts as absent: Chromium ignores an orientation written as LONG or BYTE.
 */
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

/** Big-endian, with the first directory right after it. */
const TIFF_HEADER = Uint8Array.of(0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8);

/**
 * Reads a TIFF block without the leading `Exif\0\0`. Broken entries are skipped, as in Chromium.
 */
export function parseExif(tiff: Uint8Array): Exif {
  const exif = new Map<number, number>();
  const header = readTiffHeader(tiff);
  if (header === undefined) {
    return exif;
  }
  addNumbers(exif, tiff, header.mainAt);
  addNumbers(exif, tiff, exif.get(EXIF_DIRECTORY));
  return exif;
}

/**
 * Builds a TIFF block that holds the orientation, unless the image is upright, and the given texts,
 * whose tags must ascend. `undefined`: there is nothing to write.
 */
export function minimalExif(
  exif: Exif | undefined,
  texts: ReadonlyMap<number, string> = new Map(),
): Uint8Array | undefined {
  const orientation = exif?.get(ORIENTATION) ?? 1;
  const entries: { tag: number; type: number; value: Uint8Array }[] = [];
  if (orientation !== 1) {
    entries.push({ tag: ORIENTATION, type: SHORT, value: Uint8Array.of(0, orientation) });
  }
  for (const [tag, text] of texts) {
    entries.push({ tag, type: ASCII, value: Buffer.from(`${text}\0`) });
  }
  if (entries.length === 0) {
    return undefined;
  }
  const directory = Buffer.alloc(2 + entries.length * ENTRY_BYTES + 4);
  const values: Uint8Array[] = [];
  let valueAt = TIFF_HEADER.length + directory.length;
  directory.writeUInt16BE(entries.length);
  for (const [index, { tag, type, value }] of entries.entries()) {
    const at = 2 + index * ENTRY_BYTES;
    directory.writeUInt16BE(tag, at);
    directory.writeUInt16BE(type, at + 2);
    directory.writeUInt32BE(value.length / (BYTES_BY_TYPE.get(type) ?? 1), at + 4);
    if (value.length <= ENTRY_VALUE_BYTES) {
      directory.set(value, at + 8);
    } else {
      // A value starts at an even offset (TIFF 6.0, section 2).
      const padded = Buffer.concat([value], value.length + (value.length % 2));
      directory.writeUInt32BE(valueAt, at + 8);
      values.push(padded);
      valueAt += padded.length;
    }
  }
  return Buffer.concat([TIFF_HEADER, directory, ...values]);
}

/** The bytes of the texts in the first directory whose tag is among the given ones. */
export function exifTextsOf(
  tiff: Uint8Array,
  tags: ReadonlySet<number>,
): ReadonlyMap<number, Uint8Array> {
  const texts = new Map<number, Uint8Array>();
  for (const { tag, type, count, valueAt } of exifEntriesAt(tiff, readTiffHeader(tiff)?.mainAt)) {
    if (tags.has(tag) && TEXTS.has(type) && !texts.has(tag)) {
      texts.set(tag, tiff.subarray(valueAt, valueAt + count));
    }
  }
  return texts;
}

/** `undefined`: the block does not begin with a TIFF header. */
export function readTiffHeader(tiff: Uint8Array): TiffHeader | undefined {
  const byteOrder = asciiAt(tiff, 0);
  if (tiff.length < 8 || (byteOrder !== "II*\0" && byteOrder !== "MM\0*")) {
    return undefined;
  }
  return { mainAt: viewOf(tiff).getUint32(4, isLittleEndian(tiff)) };
}

/**
 * The entries of one directory (TIFF 6.0, section 2), up to the end of the block. A start of 0
 * means that there is no directory.
 */
export function* exifEntriesAt(tiff: Uint8Array, start = 0): Generator<ExifEntry> {
  const view = viewOf(tiff);
  const littleEndian = isLittleEndian(tiff);
  if (start === 0 || start + 2 > tiff.length) {
    return;
  }
  const end = start + 2 + view.getUint16(start, littleEndian) * ENTRY_BYTES;
  for (let at = start + 2; at < end && at + ENTRY_BYTES <= tiff.length; at += ENTRY_BYTES) {
    const type = view.getUint16(at + 2, littleEndian);
    const count = view.getUint32(at + 4, littleEndian);
    const bytes = (BYTES_BY_TYPE.get(type) ?? 0) * count;
    const valueAt = bytes > 4 ? view.getUint32(at + 8, littleEndian) : at + 8;
    yield { tag: view.getUint16(at, littleEndian), type, count, valueAt };
  }
}

/**
 * Reads an entry's number. `undefined`: the entry holds no number or several, or its value lies
 * past the end of the block.
 */
export function readExifNumber(tiff: Uint8Array, entry: ExifEntry): number | undefined {
  const { type, count, valueAt } = entry;
  const view = viewOf(tiff);
  const littleEndian = isLittleEndian(tiff);
  if (count !== 1 || valueAt + (BYTES_BY_TYPE.get(type) ?? 0) > tiff.length) {
    return undefined;
  }
  if (type === SHORT) {
    return view.getUint16(valueAt, littleEndian);
  }
  if (type === LONG) {
    return view.getUint32(valueAt, littleEndian);
  }
  if (type !== RATIONAL) {
    return undefined;
  }
  return view.getUint32(valueAt, littleEndian) / view.getUint32(valueAt + 4, littleEndian);
}

/** Orientations 5 to 8 turn the image by 90 degrees, so width and height swap. */
export function orientedSize(exif: Exif, { width, height }: ImageSize): ImageSize {
  return (exif.get(ORIENTATION) ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * Follows Blink's density correction (`ExtractDensityCorrectedSize`): PixelXDimension ×
 * PixelYDimension is the size shown if it is exactly the stored size scaled from the resolution in
 * dots per inch to 72.
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

function addNumbers(exif: Map<number, number>, tiff: Uint8Array, start: number | undefined): void {
  for (const entry of exifEntriesAt(tiff, start)) {
    const { tag, type } = entry;
    if (exif.has(tag) || !TYPES_BY_TAG.get(tag)?.includes(type)) {
      continue;
    }
    const value = readExifNumber(tiff, entry);
    const isUsable = value !== undefined && (tag !== ORIENTATION || (value >= 1 && value <= 8));
    if (isUsable) {
      exif.set(tag, value);
    }
  }
}

function isLittleEndian(tiff: Uint8Array): boolean {
  return tiff[0] === 0x49;
}
