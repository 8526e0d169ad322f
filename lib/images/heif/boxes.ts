import { asciiAt, viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

export interface Box {
  type: string;
  /** The offset of its header, which holds size and type. */
  at: number;
  /** The offset of its body. */
  start: number;
  end: number;
}

export type BoxWalker = (from: number, to: number) => Generator<Box>;

/**
 * Walks the boxes that fill a range of a file (ISO/IEC 14496-12). Throws a RangeError if they do
 * not fill it, or if all walks together exceed the limit.
 */
export function createBoxWalker(bytes: Uint8Array): BoxWalker {
  const view = viewOf(bytes);
  let left: number = PARSER_LIMITS.boxes;
  return function* walk(from, to) {
    for (let at = from; at < to; left -= 1) {
      if (left === 0) {
        throw new LimitError("Cannot read a file of more boxes than allowed");
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

/** Walks the boxes of one range, with a limit of its own. */
export function filledBoxes(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  return createBoxWalker(bytes)(from, to);
}

/** Walks the boxes of one range up to the first that is cut short, as browsers do. */
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
