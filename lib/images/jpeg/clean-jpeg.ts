import { asciiAt } from "../bytes.ts";
import { parseExif } from "../exif.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import {
  APP0,
  APP1,
  COM,
  EOI,
  EXIF_SIGNATURE_BYTES,
  JFIF_BYTES,
  type JpegSegment,
  SEGMENT_HEADER_BYTES,
  SOS,
  isApplicationMarker,
  isExif,
  isJfif,
  segmentsOf,
} from "./jpeg-segments.ts";
import { cleanProfileParts } from "./jpeg-profile.ts";
import { type MetadataKind, kindsOf } from "../metadata-kinds.ts";
import { orientationExif } from "../exif.ts";

const APP11 = 0xeb;
const APP13 = 0xed;
const APP14 = 0xee;

// Frames, Huffman tables, arithmetic conditioning, scans, quantisation tables, number of lines, restart interval.
const PIXELS = new Set([0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xca, 0xcc, SOS, 0xdb, 0xdc, 0xdd]);

// What libjpeg reads of Adobe's segment, which it takes the colour transform from; more may follow.
const ADOBE_BYTES = 12;

/**
 * Keeps the segments that make the image, JFIF's density, Adobe's colour transform (CMYK) and what colours need
 * of the ICC profile. EXIF shrinks to the orientation, so an image whose size Chromium took from the EXIF resolution
 * gets that of its pixels. All that follows EOI goes: gain maps (Ultra HDR), motion photos, second images (MPF).
 */
export function cleanJpeg(bytes: Uint8Array): CleanImage {
  const cleaning = createCleaning(bytes);
  const profile = cleanProfileParts(bytes);
  let orientation = orientationSegment(bytes);
  cleaning.keep(0, 2);
  let end = 0;
  for (const segment of segmentsOf(bytes)) {
    const { marker, start } = segment;
    end = segment.end;
    const part = profile.get(start);
    const keptBytes = part?.length ?? bytesToKeep(bytes, segment);
    // EXIF comes first, but for JFIF.
    if (orientation !== undefined && keptBytes !== undefined && !isJfif(bytes, segment)) {
      cleaning.write(orientation);
      orientation = undefined;
    }
    if (keptBytes === undefined) cleaning.drop(...kindsOfSegment(bytes, segment));
    else if (part !== undefined) {
      cleaning.write(part);
      const source = bytes.subarray(start - SEGMENT_HEADER_BYTES, end);
      if (Buffer.compare(part, source) !== 0) cleaning.drop("other");
    } else if (marker === EOI) cleaning.keep(end - 2, end);
    else if (keptBytes === end - start) cleaning.keep(start - SEGMENT_HEADER_BYTES, end);
    else {
      cleaning.drop("other");
      cleaning.write(shortSegment(marker, bytes.subarray(start, start + keptBytes)));
    }
  }
  if (end < bytes.length) cleaning.drop("other");
  return cleaning.finish();
}

function bytesToKeep(bytes: Uint8Array, segment: JpegSegment): number | undefined {
  const { marker, start, end } = segment;
  if (PIXELS.has(marker)) return end - start;
  if (marker === EOI) return 0;
  if (isJfif(bytes, segment)) return JFIF_BYTES;
  if (marker === APP14 && end - start >= ADOBE_BYTES && asciiAt(bytes, start, 5) === "Adobe")
    return ADOBE_BYTES;
  if (isApplicationMarker(marker) || marker === COM) return undefined;
  throw new RangeError("Cannot tell what a JPEG segment is for");
}

function shortSegment(marker: number, body: Uint8Array): Uint8Array {
  const segment = Uint8Array.of(0xff, marker, 0, 2 + body.length, ...body);
  // The width and height of JFIF's thumbnail.
  if (marker === APP0) segment.fill(0, -2);
  return segment;
}

function kindsOfSegment(bytes: Uint8Array, { marker, start, end }: JpegSegment): MetadataKind[] {
  const body = bytes.subarray(start, end);
  const tiff = body.subarray(EXIF_SIGNATURE_BYTES);
  if (marker === APP1 && Buffer.compare(orientationExif(parseExif(tiff)) ?? body, tiff) === 0)
    return [];
  if (marker === APP1 || marker === APP13) return kindsOf(body);
  if (marker === APP11) return ["credentials"];
  return ["other"];
}

// Chromium takes the first EXIF segment before the scan, useful or not.
function orientationSegment(bytes: Uint8Array): Uint8Array | undefined {
  for (const segment of segmentsOf(bytes)) {
    const { marker, start, end } = segment;
    if (marker === SOS) return undefined;
    if (isExif(bytes, segment)) {
      const tiff = orientationExif(parseExif(bytes.subarray(start + EXIF_SIGNATURE_BYTES, end)));
      return tiff && shortSegment(APP1, Buffer.concat([Buffer.from("Exif\0\0"), tiff]));
    }
  }
  return undefined;
}
