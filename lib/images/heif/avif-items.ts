import { viewOf, asciiAt } from "../bytes.ts";
import { type Box, filledBoxes } from "./boxes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

export interface ByteRange {
  start: number;
  end: number;
}

export interface AvifItem {
  id: number;
  type: string;
  /**
   * The offset of the type in `infe`. The item's name and more follow, up to the end of the box.
   */
  typeAt: number;
  end: number;
}

/** An item, and the ranges of the file that hold its data. */
export interface PlacedItem extends AvifItem {
  ranges: ByteRange[];
  /** The offset of the item's entry in `iloc`; `undefined` if it has none. */
  entryAt: number | undefined;
}

export interface ItemData {
  /** The offset of the entry in `iloc`. */
  entryAt: number;
  /**
   * Whether the ranges are relative to the body of `idat`; otherwise they are relative to the file.
   */
  isInIdat: boolean;
  ranges: ByteRange[];
  /** The fields of the entry that hold the ranges, on both sides of the extent count. */
  fields: readonly ByteRange[];
}

export interface Reference {
  type: string;
  box: Box;
  from: number;
  to: readonly number[];
  idBytes: 2 | 4;
}

const FULL_BOX_BYTES = 4;

/** Reads the items that `iinf` lists. */
export function readItems(bytes: Uint8Array, iinf: Box): AvifItem[] {
  const view = viewOf(bytes);
  const countBytes = view.getUint8(iinf.start) === 0 ? 2 : 4;
  const entries = filledBoxes(bytes, iinf.start + FULL_BOX_BYTES + countBytes, iinf.end);
  const items = Array.from(entries, ({ type: entryType, start, end }) => {
    const version = view.getUint8(start);
    if (entryType !== "infe" || version < 2 || version > 3) {
      throw new RangeError("Cannot tell the type of an item");
    }
    const idAt = start + FULL_BOX_BYTES;
    const id = version === 2 ? view.getUint16(idAt) : view.getUint32(idAt);
    const typeAt = idAt + (version === 2 ? 4 : 6);
    if (typeAt + 4 > end) {
      throw new RangeError("Cannot read an item that was cut short");
    }
    return { id, type: asciiAt(bytes, typeAt), typeAt, end };
  });
  if (new Set(items.map(({ id }) => id)).size < items.length) {
    throw new RangeError("Cannot tell which of two items counts");
  }
  return items;
}

/**
 * Reads from `iloc` where each item's data lies. Data in other files, or derived from other items,
 * is not supported. Extents are counted before they are read: extents without sizes take no bytes,
 * so a few bytes could ask for millions.
 */
export function readItemData(bytes: Uint8Array, iloc: Box): Map<number, ItemData> {
  const view = viewOf(bytes);
  const { version, offsetBytes, lengthBytes, baseBytes, indexBytes } = readWidths(bytes, iloc);
  let at = iloc.start + FULL_BOX_BYTES + 2;
  const read = (size: number): number => {
    const value = readUint(view, at, size);
    at += size;
    return value;
  };
  const extentBytes = indexBytes + offsetBytes + lengthBytes;
  let extentsLeft: number = PARSER_LIMITS.extents;
  const dataById = new Map<number, ItemData>();
  for (let left = read(version < 2 ? 2 : 4); left > 0 && at < iloc.end; left -= 1) {
    const entryAt = at;
    const id = read(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : read(2) & 15;
    const reference = read(2);
    const baseAt = at;
    const base = read(baseBytes);
    const baseEnd = at;
    if (method > 1 || reference !== 0) {
      throw new RangeError("Cannot find the data of an item");
    }
    const count = read(2);
    extentsLeft -= count;
    if (extentsLeft < 0 || dataById.size === PARSER_LIMITS.items) {
      throw new LimitError("Cannot read a list of more items than allowed");
    }
    if (at + count * extentBytes > iloc.end || (extentBytes === 0 && count > 1)) {
      throw new RangeError("Cannot read a list that was cut short");
    }
    const ranges = Array.from({ length: count }, () => {
      read(indexBytes);
      const start = base + read(offsetBytes);
      return { start, end: start + read(lengthBytes) };
    });
    if (dataById.has(id)) {
      throw new RangeError("Cannot tell which data of an item counts");
    }
    const fields = [
      { start: baseAt, end: baseEnd },
      { start: baseEnd + 2, end: at },
    ];
    dataById.set(id, { entryAt, isInIdat: method === 1, ranges, fields });
  }
  if (at > iloc.end) {
    throw new RangeError("Cannot read a list that was cut short");
  }
  return dataById;
}

/** Whether item offsets and lengths are wide enough for any place in the file. */
export function canRelocateItem(bytes: Uint8Array, iloc: Box): boolean {
  const { offsetBytes, lengthBytes } = readWidths(bytes, iloc);
  return offsetBytes >= 4 && lengthBytes >= 2;
}

/**
 * Moves an item's data to one range elsewhere in the file. The number of extents stays the same.
 */
export function relocateItem(
  bytes: Uint8Array,
  { iloc, item, data }: { iloc: Box; item: PlacedItem; data: ByteRange },
): void {
  const { version, offsetBytes, lengthBytes, baseBytes, indexBytes } = readWidths(bytes, iloc);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = (item.entryAt ?? bytes.length) + (version < 2 ? 2 : 4);
  const write = (value: number, size: number) => {
    if (size === 8) {
      file.writeBigUInt64BE(BigInt(value), at);
    } else if (size > 0) {
      file.writeUIntBE(value, at, size);
    }
    at += size;
  };
  // Writes the construction method (absent in version 0), the data reference "this file", and the
  // base offset.
  if (version > 0) {
    write(0, 2);
  }
  write(0, 2);
  write(0, baseBytes);
  const count = file.readUInt16BE(at);
  at += 2;
  for (let index = 0; index < count; index += 1) {
    at += indexBytes;
    write(data.start + index, offsetBytes);
    write(index === count - 1 ? data.end - data.start - index : 1, lengthBytes);
  }
}

function readWidths(bytes: Uint8Array, iloc: Box) {
  const view = viewOf(bytes);
  const version = view.getUint8(iloc.start);
  const sizes = view.getUint16(iloc.start + FULL_BOX_BYTES);
  return {
    version,
    offsetBytes: sizes >> 12,
    lengthBytes: (sizes >> 8) & 15,
    baseBytes: (sizes >> 4) & 15,
    indexBytes: version === 0 ? 0 : sizes & 15,
  };
}

/**
 * Reads how items relate: `dimg` leads from a grid to its tiles, `auxl` from alpha to its colour
 * image.
 */
export function readReferences(bytes: Uint8Array, iref: Box): Reference[] {
  const view = viewOf(bytes);
  const idBytes = view.getUint8(iref.start) === 0 ? 2 : 4;
  let left: number = PARSER_LIMITS.references;
  return Array.from(filledBoxes(bytes, iref.start + FULL_BOX_BYTES, iref.end), (box) => {
    const { type, start, end } = box;
    const count = view.getUint16(start + idBytes);
    left -= count;
    if (left < 0) {
      throw new RangeError("Cannot read a list of more references than allowed");
    }
    const first = start + idBytes + 2;
    if (first + count * idBytes > end) {
      throw new RangeError("Cannot read a list that was cut short");
    }
    const to = Array.from({ length: count }, (_, n) =>
      readUint(view, first + n * idBytes, idBytes),
    );
    return { type, box, from: readUint(view, start, idBytes), to, idBytes };
  });
}

export function readUint(view: DataView, at: number, size: number): number {
  if (size === 0) {
    return 0;
  }
  if (size === 2) {
    return view.getUint16(at);
  }
  if (size === 4) {
    return view.getUint32(at);
  }
  if (size === 8) {
    return Number(view.getBigUint64(at));
  }
  throw new RangeError("Cannot read a number of that size");
}
