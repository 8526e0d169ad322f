import {
  EXTENSION_FLAG,
  type ObuWalker,
  PADDING,
  SEQUENCE_HEADER,
  SIZE_FLAG,
  TEMPORAL_DELIMITER,
} from "./av1-obus.ts";
import { readSequenceHeader } from "./sequence-header.ts";

/**
 * AV1, 6.2.2: sequence header, temporal delimiter, frame header, tiles, frame, repeated frame
 * header.
 */
const NEEDED = new Set([SEQUENCE_HEADER, TEMPORAL_DELIMITER, 3, 4, 6, 7]);

/** A payload ends with one set bit, then zeros. */
const TRAILING_BIT = 0x80;

/**
 * Clears the units that no pixel needs (metadata, padding) in place, without changing any length.
 */
export function cleanObus(data: Uint8Array, walk: ObuWalker): void {
  for (const { type, at, start, end } of walk(data)) {
    const header = data[at] ?? 0;
    const isNeeded = NEEDED.has(type);
    data[at] =
      ((isNeeded ? type : PADDING) << 3) | (header & EXTENSION_FLAG) | (header & SIZE_FLAG);
    // The last three bits of the extension are reserved.
    if (header & EXTENSION_FLAG) {
      data[at + 1] = (data[at + 1] ?? 0) & 0xf8;
    }
    const payload = data.subarray(start, end);
    if (type === SEQUENCE_HEADER) {
      endAfter(payload, readSequenceHeader(payload).bits);
    } else if (type === TEMPORAL_DELIMITER) {
      payload.fill(0);
    } else if (!isNeeded) {
      payload.fill(0);
      endAfter(payload, 8 * (payload.length - 1));
    }
  }
}

function endAfter(payload: Uint8Array, bits: number): void {
  const at = bits >> 3;
  if (bits < 0 || at >= payload.length) {
    return;
  }
  const mask = (0xff00 >> (bits & 7)) & 0xff;
  payload[at] = ((payload[at] ?? 0) & mask) | (TRAILING_BIT >> (bits & 7));
  payload.fill(0, at + 1);
}
