import { asciiAt, bufferOf, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/** From `start` to `end` is the body, after marker and length; that of a scan has its entropy-coded data. */
export interface JpegSegment {
  marker: number;
  start: number;
  end: number;
}

export const SEGMENT_HEADER_BYTES = 4;
export const EOI = 0xd9;
export const SOS = 0xda;
export const APP0 = 0xe0;
export const APP1 = 0xe1;
export const APP2 = 0xe2;
export const APP11 = 0xeb;
export const APP13 = 0xed;
export const COM = 0xfe;

/** What stands before the TIFF header in a segment of EXIF. */
export const EXIF_SIGNATURE_BYTES = 6;
/** What libjpeg reads of a segment of JFIF; a thumbnail may follow. */
export const JFIF_BYTES = 14;

/** XMP, part 3, section 1.1.3. */
export const XMP_SIGNATURE = "http://ns.adobe.com/xap/1.0/\0";

const SOI = 0xffd8;
const SOI_CODE = 0xd8;
const LAST_APP = 0xef;

/**
 * The walk of libjpeg: next_marker() passes over junk and fill bytes, and any marker but RSTn ends a scan. Throws a
 * RangeError where a segment was cut short, or where there are too many segments, scans or fill bytes.
 */
export function* segmentsOf(bytes: Uint8Array): Generator<JpegSegment> {
  const view = viewOf(bytes);
  if (view.getUint16(0) !== SOI) {
    throw new RangeError("Cannot find the start of a JPEG");
  }
  const count = createSegmentCounter();
  const findCode = createCodeFinder(bytes);
  let hasScan = false;
  let at = 2;
  while (!hasScan || at < bytes.length) {
    at = findCode(at);
    const marker = view.getUint8(at);
    at += 1;
    count(marker);
    if (marker === EOI && hasScan) {
      return yield { marker, start: at, end: at };
    }
    const start = at + 2;
    at += Math.max(2, view.getUint16(at));
    if (at > bytes.length) {
      throw new RangeError("Cannot read a JPEG segment that was cut short");
    }
    hasScan ||= marker === SOS;
    if (marker === SOS) {
      at = endOfScan(bytes, at, findCode(at));
    }
    yield { marker, start, end: at };
  }
}

/**
 * The walk of next_marker() alone, up to the scan: whatever it passes over is passed over, and nothing but the numbers of
 * segments and fill bytes is checked.
 */
export function* headerSegments(bytes: Uint8Array): Generator<JpegSegment> {
  const view = viewOf(bytes);
  const count = createSegmentCounter();
  const findCode = createCodeFinder(bytes);
  let at = 2;
  let marker = 0;
  while (marker !== SOS) {
    at = findCode(at);
    marker = view.getUint8(at);
    at += 1;
    count(marker);
    if (marker !== SOI_CODE && marker !== EOI) {
      const length = Math.max(2, view.getUint16(at));
      yield { marker, start: at + 2, end: at + length };
      at += length;
    }
  }
}

export function isExif(bytes: Uint8Array, { marker, start, end }: JpegSegment): boolean {
  return (
    marker === APP1 && end - start >= EXIF_SIGNATURE_BYTES && asciiAt(bytes, start, 5) === "Exif\0"
  );
}

/** The body of a segment of XMP, but not of one that goes on with what did not fit into the first. */
export function xmpIn(bytes: Uint8Array, { marker, start, end }: JpegSegment) {
  const packetAt = start + XMP_SIGNATURE.length;
  return marker === APP1 && asciiAt(bytes, start, XMP_SIGNATURE.length) === XMP_SIGNATURE
    ? bytes.subarray(packetAt, end)
    : undefined;
}

export function isJfif(bytes: Uint8Array, { marker, start, end }: JpegSegment): boolean {
  return marker === APP0 && end - start >= JFIF_BYTES && asciiAt(bytes, start, 5) === "JFIF\0";
}

/** The markers of what applications write: EXIF, ICC profile, Adobe's colour transform. */
export function isApplicationMarker(marker: number): boolean {
  return marker >= APP0 && marker <= LAST_APP;
}

function createSegmentCounter(): (marker: number) => void {
  let segments = 0;
  let scans = 0;
  return (marker) => {
    segments += 1;
    if (marker === SOS) {
      scans += 1;
    }
    if (segments > PARSER_LIMITS.jpegSegments || scans > PARSER_LIMITS.jpegScans) {
      throw new LimitError("Cannot read a JPEG of so many segments");
    }
  };
}

/**
 * Finds where the code of the next marker stands that has a body or ends the image: past junk, fill bytes, stuffed zeros
 * and restart markers. The end of the file where there is none.
 */
function createCodeFinder(bytes: Uint8Array): (from: number) => number {
  const buffer = bufferOf(bytes);
  let fillLeft: number = PARSER_LIMITS.jpegFill;
  return (from) => {
    let at = buffer.indexOf(0xff, from);
    while (at !== -1) {
      for (; buffer[at] === 0xff; at += 1) {
        fillLeft -= 1;
        if (fillLeft < 0) {
          throw new LimitError("Cannot read a JPEG of so many fill bytes");
        }
      }
      if (!isWithoutBody(buffer[at] ?? EOI)) {
        return at;
      }
      at = buffer.indexOf(0xff, at);
    }
    return bytes.length;
  };
}

/** Without a further marker the scan is all that is left: Chromium shows a JPEG without EOI. */
function endOfScan(bytes: Uint8Array, start: number, codeAt: number): number {
  let at = codeAt;
  if (codeAt < bytes.length) {
    while (at > start && bytes[at - 1] === 0xff) {
      at -= 1;
    }
  }
  return at;
}

/** A stuffed zero, TEM, RSTn. */
function isWithoutBody(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}
