import { deflateSync, inflateSync } from "node:zlib";
import { asciiAt } from "../bytes.ts";
import { cleanIccProfile } from "../icc-profile.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

/**
 * PNG specification, 11.3.2.3: a name, a zero, the compression method (0), and the compressed
 * profile.
 */
const MAX_NAME_BYTES = 79;
/** Names that programs write. Any other could be the name of somebody's display. */
const COMMON_NAME = /^(?:icc|ICC Profile|Photoshop ICC profile|sRGB IEC61966-2\.1|Display P3)$/i;
const NAME = Buffer.from("ICC Profile\0\0");
const MAX_PACKED_BYTES = 2 * 1024 * 1024;
const MAX_PROFILE_BYTES = PARSER_LIMITS.profileBytes;

/**
 * Reads the colour profile in an `iCCP` body. `undefined`: it is damaged. Throws a RangeError if it
 * is too large.
 */
export function readPngProfile(body: Uint8Array): Uint8Array | undefined {
  const nameBytes = body.indexOf(0);
  const hasName = nameBytes >= 1 && nameBytes <= MAX_NAME_BYTES;
  return hasName && body[nameBytes + 1] === 0 ? inflate(streamIn(body)) : undefined;
}

/**
 * Returns a body with a clean profile under a common name; the same body if it is already clean.
 * `undefined`: there is no usable profile.
 */
export function cleanPngProfile(body: Uint8Array): Uint8Array | undefined {
  const icc = readPngProfile(body);
  const clean = icc && cleanIccProfile(icc);
  if (clean === undefined) {
    return undefined;
  }
  const stream = streamIn(body);
  const isCommon = COMMON_NAME.test(asciiAt(body, 0, body.indexOf(0)));
  if (clean === icc && isCommon && !hasMoreThanItNeeds(stream)) {
    return body;
  }
  // Compressing a large profile would block the event loop.
  const level = clean.length > MAX_PACKED_BYTES ? 0 : -1;
  return Buffer.concat([NAME, deflateSync(clean, { level })]);
}

function streamIn(body: Uint8Array): Uint8Array {
  return body.subarray(body.indexOf(0) + 2);
}

/** Text can hide after the end of the compressed data. */
function hasMoreThanItNeeds(stream: Uint8Array): boolean {
  return inflate(stream.subarray(0, -1)) !== undefined;
}

function inflate(stream: Uint8Array): Uint8Array | undefined {
  if (stream.length > MAX_PROFILE_BYTES) {
    throw new LimitError("Cannot read a colour profile larger than allowed");
  }
  try {
    return inflateSync(stream, { maxOutputLength: MAX_PROFILE_BYTES });
  } catch (error) {
    if (error instanceof RangeError) {
      throw error;
    }
    // The stream is damaged or cut short.
    return undefined;
  }
}
