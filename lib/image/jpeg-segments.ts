import { viewOf } from "./bytes.ts";

/** From `start` to `end` is the body, after marker and length; that of a scan has its entropy-coded data. */
export interface JpegSegment {
  marker: number;
  start: number;
  end: number;
}

export const SEGMENT_HEADER_BYTES = 4;
export const EOI = 0xd9;
export const SOS = 0xda;
export const COM = 0xfe;

const SOI = 0xffd8;
const APP0 = 0xe0;
const LAST_APP = 0xef;

/**
 * The walk of libjpeg: next_marker() passes over junk and fill bytes, and any marker but RSTn ends a scan. Throws a
 * RangeError where a segment was cut short.
 */
export function* segmentsOf(bytes: Uint8Array): Generator<JpegSegment> {
  const view = viewOf(bytes);
  if (view.getUint16(0) !== SOI) throw new RangeError("Cannot find the start of a JPEG");
  let hasScan = false;
  let at = 2;
  while (!hasScan || at < bytes.length) {
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    at += 1;
    if (isWithoutBody(marker)) continue;
    if (marker === EOI && hasScan) return yield { marker, start: at, end: at };
    const start = at + 2;
    at += Math.max(2, view.getUint16(at));
    if (at > bytes.length) throw new RangeError("Cannot read a JPEG segment that was cut short");
    hasScan ||= marker === SOS;
    if (marker === SOS) at = endOfScan(bytes, at);
    yield { marker, start, end: at };
  }
}

/** The markers of what applications write: EXIF, ICC profile, Adobe's colour transform. */
export function isApplicationMarker(marker: number): boolean {
  return marker >= APP0 && marker <= LAST_APP;
}

// A stuffed zero, TEM, RSTn.
function isWithoutBody(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

// Without a further marker the scan is all that is left: Chromium shows a JPEG without EOI.
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0xff, start);
  while (at !== -1) {
    let code = at + 1;
    while (bytes[code] === 0xff) code += 1;
    const marker = bytes[code];
    if (marker !== undefined && !isWithoutBody(marker)) return at;
    at = marker === undefined ? -1 : bytes.indexOf(0xff, code);
  }
  return bytes.length;
}
