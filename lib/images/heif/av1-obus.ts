import { PARSER_LIMITS } from "../parser-limits.ts";

/**
 * A unit of an AV1 bitstream (AV1, 5.3). Its header is at `at`, its payload runs from `start` to
 * `end`.
 */
export interface Obu {
  type: number;
  at: number;
  start: number;
  end: number;
}

export const SEQUENCE_HEADER = 1;
export const TEMPORAL_DELIMITER = 2;
export const PADDING = 15;

export const EXTENSION_FLAG = 0x04;
export const SIZE_FLAG = 0x02;

/** AV1, 4.10.5. */
const MAX_LEB128_BYTES = 8;

export interface ObuWalker {
  (bytes: Uint8Array): Generator<Obu>;
}

/**
 * Walks the units that fill a bitstream. Throws a RangeError if one is cut short, or if all walks
 * together exceed the limit.
 */
export function createObuWalker(): ObuWalker {
  let left: number = PARSER_LIMITS.obus;
  return function* walk(bytes) {
    for (let at = 0; at < bytes.length; left -= 1) {
      if (left === 0) {
        throw new RangeError("Cannot read an image of more parts than allowed");
      }
      const header = bytes[at] ?? 0;
      const sizeAt = at + (header & EXTENSION_FLAG ? 2 : 1);
      // A unit without a size reaches to the end.
      const { value, end: start } =
        header & SIZE_FLAG
          ? readLeb128(bytes, sizeAt)
          : { value: bytes.length - sizeAt, end: sizeAt };
      const end = start + value;
      if (value < 0 || end > bytes.length) {
        throw new RangeError("Cannot read a part cut short");
      }
      yield { type: (header >> 3) & 15, at, start, end };
      at = end;
    }
  };
}

function readLeb128(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < MAX_LEB128_BYTES; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) {
      break;
    }
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      return { value, end: at + index + 1 };
    }
  }
  throw new RangeError("Cannot read the size of a part");
}
