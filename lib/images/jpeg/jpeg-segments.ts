import { asciiAt, bufferOf, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/**
 * The body runs from `start` to `end`, after marker and length. A scan's body includes its
 * entropy-coded data.
 */
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

/** The signature that precedes the TIFF header in an EXIF segment. */
export const EXIF_SIGNATURE_BYTES = 6;
/** libjpeg reads this much of a JFIF segment. A thumbnail may follow. */
export const JFIF_BYTES = 14;

/** XMP, part 3, section 1.1.3. */
export const XMP_SIGNATURE = "http://ns.adobe.com/xap/1.0/\0";

const SOI = 0xffd8;
const SOI_CODE = 0xd8;
const LAST_APP = 0xef;

/**
 * Walks the segments as libjpeg does: next_marker() skips junk and fill bytes, and any marker but
 * RSTn ends a scan. Throws a RangeError if a segment is cut short, or if there are too many
 * segments, scans or fill bytes.
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
 * Walks the segments up to the scan as next_marker() alone does. It skips the same bytes and checks
 * only the numbers of segments and fill bytes.
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

/**
 * The packet of an XMP segment. Extended XMP segments, which continue a long packet, do not count.
 */
export function xmpIn(bytes: Uint8Array, { marker, start, end }: JpegSegment) {
  const packetAt = start + XMP_SIGNATURE.length;
  return marker === APP1 && asciiAt(bytes, start, XMP_SIGNATURE.length) === XMP_SIGNATURE
    ? bytes.subarray(packetAt, end)
    : undefined;
}

export function isJfif(bytes: Uint8Array, { marker, start, end }: JpegSegment): boolean {
  return marker === APP0 && end - start >= JFIF_BYTES && asciiAt(bytes, start, 5) === "JFIF\0";
}

/** The markers of data that applications write: EXIF, ICC profile, Adobe's colour transform. */
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
      throw new LimitError("Cannot read a JPEG of more segments than allowed");
    }
  };
}

/**
 * Finds the code of the next marker that has a body or ends the image, past junk, fill bytes,
 * stuffed zeros and restart markers. Returns the end of the file if there is none.
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
          throw new LimitError("Cannot read a JPEG of more fill bytes than allowed");
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

/**
 * If no marker follows, the scan takes the rest of the file, because Chromium shows a JPEG without
 * EOI.
 */
function endOfScan(bytes: Uint8Array, start: number, codeAt: number): number {
  let at = codeAt;
  if (codeAt < bytes.length) {
    while (at > start && bytes[at - 1] === 0xff) {
      at -= 1;
    }
  }
  return at;
}

/** A stuffed zero, TEM or RSTn. */
function isWithoutBody(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}
