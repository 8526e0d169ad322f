import { asciiAt, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

export interface Box {
  type: string;
  /** Where its header starts, with the size and the type. */
  at: number;
  /** Where its body starts and ends. */
  start: number;
  end: number;
}

export type BoxWalker = (from: number, to: number) => Generator<Box>;

/**
 * The boxes that fill a part of a file (ISO/IEC 14496-12) to its last byte. Throws a RangeError where they do not, or where
 * all parts that were walked have too many of them.
 */
export function createBoxWalker(bytes: Uint8Array): BoxWalker {
  const view = viewOf(bytes);
  let left: number = PARSER_LIMITS.boxes;
  return function* walk(from, to) {
    for (let at = from; at < to; left -= 1) {
      if (left === 0) {
        throw new LimitError("Cannot read a file of so many boxes");
      }
      const size = view.getUint32(at);
      const start = at + (size === 1 ? 16 : 8);
      const end = size === 1 ? at + Number(view.getBigUint64(at + 8)) : size === 0 ? to : at + size;
      if (end < start || end > to) {
        throw new RangeError("Cannot read a box that was cut short");
      }
      yield { type: asciiAt(bytes, at + 4), at, start, end };
      at = end;
    }
  };
}

/** The boxes of one part, where no other is walked. */
export function filledBoxes(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  return createBoxWalker(bytes)(from, to);
}

/** The boxes of one part up to the first that was cut short, as browsers read them. */
export function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  try {
    yield* filledBoxes(bytes, from, to);
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
  }
}

export function findBox(
  bytes: Uint8Array,
  type: string,
  from: number,
  to: number,
): Box | undefined {
  for (const box of boxesIn(bytes, from, to)) {
    if (box.type === type) {
      return box;
    }
  }
  return undefined;
}
