import { asciiAt } from "../bytes.ts";
import { isContentCredentials } from "../content-credentials.ts";
import { type Credit, exifTextsFor, renderCredit } from "../credit.ts";
import { type Exif, minimalExif, parseExif } from "../exif.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import {
  APP0,
  APP1,
  APP11,
  APP13,
  COM,
  EOI,
  EXIF_SIGNATURE_BYTES,
  JFIF_BYTES,
  type JpegSegment,
  SEGMENT_HEADER_BYTES,
  SOS,
  XMP_SIGNATURE,
  isApplicationMarker,
  isExif,
  isJfif,
  segmentsOf,
} from "./jpeg-segments.ts";
import { hasGainMap } from "./gain-map.ts";
import { cleanProfileParts } from "./jpeg-profile.ts";
import { type KindsReader, type MetadataKind, createKindsReader } from "../metadata-kinds.ts";

const APP14 = 0xee;

/**
 * Frames, Huffman tables, arithmetic conditioning, scans, quantisation tables, number of lines,
 * restart interval.
 */
const PIXELS = new Set([0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xca, 0xcc, SOS, 0xdb, 0xdc, 0xdd]);

/**
 * ISO/IEC 19566-5, D.2: "JP", the box number, the part number; then the box or its continuation.
 */
const JUMBF_HEADER_BYTES = 8;

/** libjpeg reads this much of Adobe's segment, for the colour transform. More may follow. */
const ADOBE_BYTES = 12;

/**
 * Keeps the segments that make up the image, JFIF's density, Adobe's colour transform (CMYK) and
 * what colours need of the ICC profile. EXIF shrinks to the orientation and the credit, so an image
 * that Chromium sized by its EXIF resolution falls back to its pixel size. Everything after EOI
 * goes: gain maps (Ultra HDR), motion photos, second images (MPF).
 */
export function cleanJpeg(bytes: Uint8Array, credit?: Credit): CleanImage {
  const cleaning = createCleaning(bytes);
  const kindsOf = createKindsReader();
  const segments = [...segmentsOf(bytes)];
  const profile = cleanProfileParts(bytes, segments);
  const exif = exifSegment(bytes, segments, credit);
  const metadata = [exif, xmpSegment(credit)].flatMap((one) => one ?? []);
  let isWritten = false;
  cleaning.keep(0, 2);
  let end = 0;
  for (const segment of segments) {
    const { marker, start } = segment;
    end = segment.end;
    const part = profile.get(start);
    const keptBytes = part?.length ?? bytesToKeep(bytes, segment);
    // EXIF comes first, but after JFIF.
    if (!isWritten && keptBytes !== undefined && !isJfif(bytes, segment)) {
      for (const one of metadata) {
        cleaning.write(one);
      }
      isWritten = true;
    }
    if (keptBytes === undefined) {
      const whole = bytes.subarray(start - SEGMENT_HEADER_BYTES, end);
      const isThere = metadata.some((one) => Buffer.compare(one, whole) === 0);
      if (!isThere) {
        cleaning.drop(...kindsOfSegment(bytes, segment, kindsOf));
      }
    } else if (part !== undefined) {
      cleaning.write(part);
      const source = bytes.subarray(start - SEGMENT_HEADER_BYTES, end);
      if (Buffer.compare(part, source) !== 0) {
        cleaning.drop("other");
      }
    } else if (marker === EOI) {
      cleaning.keep(end - 2, end);
    } else if (keptBytes === end - start) {
      cleaning.keep(start - SEGMENT_HEADER_BYTES, end);
    } else {
      cleaning.drop("other");
      cleaning.write(shortSegment(marker, bytes.subarray(start, start + keptBytes)));
    }
  }
  if (end < bytes.length) {
    cleaning.drop(hasGainMap(bytes, end) ? "hdr" : "other");
  }
  return cleaning.finish();
}

function bytesToKeep(bytes: Uint8Array, segment: JpegSegment): number | undefined {
  const { marker, start, end } = segment;
  if (PIXELS.has(marker)) {
    return end - start;
  }
  if (marker === EOI) {
    return 0;
  }
  if (isJfif(bytes, segment)) {
    return JFIF_BYTES;
  }
  if (marker === APP14 && end - start >= ADOBE_BYTES && asciiAt(bytes, start, 5) === "Adobe") {
    return ADOBE_BYTES;
  }
  if (isApplicationMarker(marker) || marker === COM) {
    return undefined;
  }
  throw new RangeError("Cannot tell the purpose of a JPEG segment");
}

function shortSegment(marker: number, body: Uint8Array): Uint8Array {
  const segment = Buffer.concat([Buffer.of(0xff, marker, 0, 0), body]);
  segment.writeUInt16BE(2 + body.length, 2);
  // Sets the size of JFIF's thumbnail to 0 × 0.
  if (marker === APP0) {
    segment.fill(0, -2);
  }
  return segment;
}

function kindsOfSegment(
  bytes: Uint8Array,
  { marker, start, end }: JpegSegment,
  kindsOf: KindsReader,
): MetadataKind[] {
  const body = bytes.subarray(start, end);
  if (marker === APP1 || marker === APP13) {
    return kindsOf(body);
  }
  if (marker === APP11 && isContentCredentials(body.subarray(JUMBF_HEADER_BYTES))) {
    return ["credentials"];
  }
  return ["other"];
}

function exifSegment(
  bytes: Uint8Array,
  segments: readonly JpegSegment[],
  credit: Credit | undefined,
): Uint8Array | undefined {
  const tiff = minimalExif(exifOf(bytes, segments), exifTextsFor(credit));
  return tiff && shortSegment(APP1, Buffer.concat([Buffer.from("Exif\0\0"), tiff]));
}

function xmpSegment(credit: Credit | undefined): Uint8Array | undefined {
  const signature = Buffer.from(XMP_SIGNATURE);
  return credit && shortSegment(APP1, Buffer.concat([signature, renderCredit(credit)]));
}

/** Chromium takes the first EXIF segment before the scan, usable or not. */
function exifOf(bytes: Uint8Array, segments: readonly JpegSegment[]): Exif | undefined {
  for (const segment of segments) {
    const { marker, start, end } = segment;
    if (marker === SOS) {
      return undefined;
    }
    if (isExif(bytes, segment)) {
      return parseExif(bytes.subarray(start + EXIF_SIGNATURE_BYTES, end));
    }
  }
  return undefined;
}
