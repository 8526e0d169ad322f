import { viewOf } from "../bytes.ts";
import { type Box, boxesIn, findBox } from "./boxes.ts";

export interface ItemProperties {
  /** Of every item in the file. */
  all: readonly Box[];
  /** Which item is to be shown. */
  primaryId: number;
  /** Those that `ipma` ties to an item. */
  ofItem(id: number): readonly Property[];
}

export interface Property {
  box: Box;
  isEssential: boolean;
}

interface Association {
  index: number;
  isEssential: boolean;
}

const FULL_BOX_BYTES = 4;

/** What `meta` says of the images in a file (AVIF, HEIC); `undefined` where it lacks the boxes that say it. */
export function readProperties(bytes: Uint8Array, meta: Box): ItemProperties | undefined {
  const pitm = findBox(bytes, "pitm", meta.start + FULL_BOX_BYTES, meta.end);
  const iprp = findBox(bytes, "iprp", meta.start + FULL_BOX_BYTES, meta.end);
  const ipco = iprp && findBox(bytes, "ipco", iprp.start, iprp.end);
  const ipma = iprp && findBox(bytes, "ipma", iprp.start, iprp.end);
  if (pitm === undefined || ipco === undefined || ipma === undefined) return undefined;

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

// ISO/IEC 23008-12, 9.3: an index of 7 or 15 bits, the first bit before it says "essential".
function associationsOf(view: DataView, ipma: Box, itemId: number): Association[] {
  const idBytes = view.getUint8(ipma.start) === 0 ? 2 : 4;
  const indexBytes = view.getUint8(ipma.start + 3) & 1 ? 2 : 1;
  let at = ipma.start + 8;
  for (let left = view.getUint32(ipma.start + FULL_BOX_BYTES); left > 0; left -= 1) {
    const id = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    const count = view.getUint8(at + idBytes);
    const first = at + idBytes + 1;
    if (id === itemId)
      return Array.from({ length: count }, (_, n) =>
        readAssociation(view, first + n * indexBytes, indexBytes),
      );
    at = first + count * indexBytes;
  }
  return [];
}

function readAssociation(view: DataView, at: number, indexBytes: 1 | 2): Association {
  const value = indexBytes === 1 ? view.getUint8(at) : view.getUint16(at);
  const essentialBit = indexBytes === 1 ? 0x80 : 0x8000;
  return { index: value % essentialBit, isEssential: value >= essentialBit };
}
