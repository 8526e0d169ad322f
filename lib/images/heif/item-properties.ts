import { viewOf } from "../bytes.ts";
import { type Box, boxesIn, findBox } from "./boxes.ts";
import { PARSER_LIMITS } from "../parser-limits.ts";

export interface ItemProperties {
  /** The properties of all items in the file. */
  all: readonly Box[];
  /** The item to show. */
  primaryId: number;
  /** The properties that `ipma` assigns to an item. */
  ofItem(id: number): readonly Property[];
}

export interface Property {
  box: Box;
  isEssential: boolean;
}

/** One entry of `ipma`: an item's properties, by their numbers in `ipco`, counted from 1. */
export interface ItemAssociations {
  itemId: number;
  associations: readonly Association[];
  /** The end of the entry. */
  end: number;
}

export interface Association {
  index: number;
  isEssential: boolean;
  at: number;
  sizeBytes: 1 | 2;
}

const FULL_BOX_BYTES = 4;

/** Reads the image properties in `meta` (AVIF, HEIC). `undefined`: a required box is missing. */
export function readProperties(bytes: Uint8Array, meta: Box): ItemProperties | undefined {
  const pitm = findBox(bytes, "pitm", meta.start + FULL_BOX_BYTES, meta.end);
  const iprp = findBox(bytes, "iprp", meta.start + FULL_BOX_BYTES, meta.end);
  const ipco = iprp && findBox(bytes, "ipco", iprp.start, iprp.end);
  const ipma = iprp && findBox(bytes, "ipma", iprp.start, iprp.end);
  if (pitm === undefined || ipco === undefined || ipma === undefined) {
    return undefined;
  }

  const all = [...boxesIn(bytes, ipco.start, ipco.end)];
  const view = viewOf(bytes);
  const primaryId =
    view.getUint8(pitm.start) === 0
      ? view.getUint16(pitm.start + 4)
      : view.getUint32(pitm.start + 4);
  return {
    all,
    primaryId,
    ofItem: (id) =>
      associationsOf(view, ipma, id).flatMap(({ index, isEssential }) => {
        const box = all[index - 1];
        return box === undefined ? [] : [{ box, isEssential }];
      }),
  };
}

function associationsOf(view: DataView, ipma: Box, itemId: number): readonly Association[] {
  for (const entry of associationsIn(view, ipma)) {
    if (entry.itemId === itemId) {
      return entry.associations;
    }
  }
  return [];
}

/** ISO/IEC 23008-12, 9.3: an "essential" bit, then an index of 7 or 15 bits. */
export function* associationsIn(view: DataView, ipma: Box): Generator<ItemAssociations> {
  const idBytes = view.getUint8(ipma.start) === 0 ? 2 : 4;
  const sizeBytes = view.getUint8(ipma.start + 3) & 1 ? 2 : 1;
  let at = ipma.start + 8;
  const entries = view.getUint32(ipma.start + FULL_BOX_BYTES);
  if (entries > PARSER_LIMITS.items) {
    throw new RangeError("Cannot read a list of more items than allowed");
  }
  for (let left = entries; left > 0; left -= 1) {
    const itemId = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    const count = view.getUint8(at + idBytes);
    const first = at + idBytes + 1;
    const associations = Array.from({ length: count }, (_, n) =>
      readAssociation(view, first + n * sizeBytes, sizeBytes),
    );
    at = first + count * sizeBytes;
    yield { itemId, associations, end: at };
  }
}

function readAssociation(view: DataView, at: number, sizeBytes: 1 | 2): Association {
  const value = sizeBytes === 1 ? view.getUint8(at) : view.getUint16(at);
  const essentialBit = sizeBytes === 1 ? 0x80 : 0x8000;
  return { index: value % essentialBit, isEssential: value >= essentialBit, at, sizeBytes };
}
