import { asciiAt } from "../bytes.ts";
import { cleanIccProfile } from "../icc-profile.ts";
import {
  APP2,
  type JpegSegment,
  SEGMENT_HEADER_BYTES,
  SOS,
  segmentsOf,
  isJfif,
} from "./jpeg-segments.ts";

const SOI_BYTES = 2;

/** ICC.1:2022, B.4: after the signature, the part's number and the number of parts. */
const SIGNATURE = "ICC_PROFILE\0";
const PART_HEADER_BYTES = SIGNATURE.length + 2;
const PART_BYTES = 65_519;
const MAX_PARTS = 255;

/** Adds a colour profile to a JPEG. Throws a RangeError if the profile does not fit into a JPEG. */
export function withColourProfile(jpeg: Uint8Array, icc: Uint8Array): Uint8Array {
  const at = endOfJfif(jpeg);
  return Buffer.concat([jpeg.subarray(0, at), segmentsWith(icc), jpeg.subarray(at)]);
}

export function isProfilePart(bytes: Uint8Array, { marker, start }: JpegSegment): boolean {
  return marker === APP2 && asciiAt(bytes, start, SIGNATURE.length) === SIGNATURE;
}

/**
 * Returns the profile parts that Chromium reads, in order: the first ones before the scan that are
 * numbered 1…n of n. Empty if any contradict each other. Parts without data do not count.
 */
export function readProfileParts(
  bytes: Uint8Array,
  segments: readonly JpegSegment[],
): JpegSegment[] {
  const parts = new Map<number, JpegSegment>();
  let expected = 0;
  for (const segment of segments) {
    if (segment.marker === SOS) {
      break;
    }
    const { start, end } = segment;
    if (!isProfilePart(bytes, segment) || end - start <= PART_HEADER_BYTES) {
      continue;
    }
    const [number = 0, count = 0] = bytes.subarray(start + SIGNATURE.length, end);
    expected ||= count;
    if (count !== expected || number < 1 || number > count || parts.has(number)) {
      return [];
    }
    parts.set(number, segment);
    if (parts.size === count) {
      return [...parts].toSorted(([one], [other]) => one - other).map(([, part]) => part);
    }
  }
  return [];
}

/**
 * Maps the body offset of each profile segment that Chromium reads to its replacement. All other
 * profile segments go.
 */
export function cleanProfileParts(
  bytes: Uint8Array,
  segments: readonly JpegSegment[],
): ReadonlyMap<number, Uint8Array> {
  const parts = readProfileParts(bytes, segments);
  const icc = Buffer.concat(
    parts.map(({ start, end }) => bytes.subarray(start + PART_HEADER_BYTES, end)),
  );
  const clean = cleanIccProfile(icc);
  const [first] = parts;
  if (clean === undefined || first === undefined) {
    return new Map();
  }
  if (clean !== icc) {
    return new Map([[first.start, segmentsWith(clean)]]);
  }
  return new Map(
    parts.map(({ start, end }) => [start, bytes.subarray(start - SEGMENT_HEADER_BYTES, end)]),
  );
}

function segmentsWith(icc: Uint8Array): Uint8Array {
  const count = Math.ceil(icc.length / PART_BYTES);
  if (count > MAX_PARTS) {
    throw new RangeError("Cannot write a colour profile larger than a JPEG can hold");
  }
  const parts = Array.from({ length: count }, (_, index) => {
    const part = icc.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    return profileSegment(
      Buffer.concat([Buffer.from(SIGNATURE), Uint8Array.of(index + 1, count), part]),
    );
  });
  return Buffer.concat(parts);
}

function profileSegment(body: Uint8Array): Uint8Array {
  const header = Buffer.of(0xff, APP2, 0, 0);
  header.writeUInt16BE(2 + body.length, 2);
  return Buffer.concat([header, body]);
}

/** JFIF must come first. */
function endOfJfif(jpeg: Uint8Array): number {
  for (const found of segmentsOf(jpeg)) {
    return isJfif(jpeg, found) ? found.end : SOI_BYTES;
  }
  return SOI_BYTES;
}
