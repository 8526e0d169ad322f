import { asciiAt, viewOf } from "./bytes.ts";

export interface Box {
  type: string;
  /** Where its header starts, with the size and the type. */
  at: number;
  /** Where its body starts and ends. */
  start: number;
  end: number;
}

/** The boxes that fill a part of a file (ISO/IEC 14496-12) to its last byte. Throws a RangeError where they do not. */
export function* filledBoxes(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  const view = viewOf(bytes);
  let at = from;
  while (at < to) {
    const size = view.getUint32(at);
    const start = at + (size === 1 ? 16 : 8);
    const end = size === 1 ? at + Number(view.getBigUint64(at + 8)) : size === 0 ? to : at + size;
    if (end < start || end > to) throw new RangeError("Cannot read a box that was cut short");
    yield { type: asciiAt(bytes, at + 4), at, start, end };
    at = end;
  }
}
