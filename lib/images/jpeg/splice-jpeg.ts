import {
  COM,
  EOI,
  type JpegSegment,
  SEGMENT_HEADER_BYTES,
  SOS,
  isApplicationMarker,
  segmentsOf,
} from "./jpeg-segments.ts";

const SOI_BYTES = 2;

/**
 * Combines the coded image of one JPEG with the application segments of another: EXIF, ICC profile,
 * Adobe's colour transform. `undefined`: data follows the source's end, such as a gain map, which
 * the segments refer to.
 */
export function spliceJpeg(source: Uint8Array, recoded: Uint8Array): Uint8Array | undefined {
  const parts = [recoded.subarray(0, SOI_BYTES)];
  let hasPixels = false;
  let end = 0;
  for (const segment of segmentsOf(source)) {
    hasPixels ||= segment.marker === SOS;
    if (!hasPixels && isAnnotation(segment)) {
      parts.push(wholeOf(source, segment));
    }
    end = segment.end;
  }
  if (end < source.length) {
    return undefined;
  }
  for (const segment of segmentsOf(recoded)) {
    if (!isAnnotation(segment)) {
      parts.push(wholeOf(recoded, segment));
    }
  }
  return Buffer.concat(parts);
}

function isAnnotation({ marker }: JpegSegment): boolean {
  return isApplicationMarker(marker) || marker === COM;
}

function wholeOf(bytes: Uint8Array, { marker, start, end }: JpegSegment): Uint8Array {
  return bytes.subarray(start - (marker === EOI ? 2 : SEGMENT_HEADER_BYTES), end);
}
