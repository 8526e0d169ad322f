import { type Credit, exifTextsFor, renderCredit } from "../credit.ts";
import { minimalExif } from "../exif.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { type ByteRange, type PlacedItem, canRelocateItem, relocateItem } from "./avif-items.ts";
import { type Box, filledBoxes } from "./boxes.ts";

/** A metadata item that stays but holds only the credit. */
export interface CreditItem {
  item: PlacedItem;
  iloc: Box;
  data: Uint8Array;
  /** Fills the rest of the space that the old data took. */
  padding: string;
}

const BOX_HEADER_BYTES = 8;
const XMP_TYPE = "\0application/rdf+xml\0";
const MAX_RANGES = 16;

/**
 * Finds the first EXIF and the first XMP item of a file, each with as much of the credit as it can
 * hold. A file with a credit has at least one of them, because the credit was read from there.
 */
export function creditItemsOf(
  bytes: Uint8Array,
  { items, iloc, credit }: { items: readonly PlacedItem[]; iloc: Box; credit: Credit },
): CreditItem[] {
  const tiff = minimalExif(undefined, exifTextsFor(credit));
  const xmp = items.find((item) => isXmp(bytes, item));
  const exif = items.find(({ type }) => type === "Exif");
  const candidates: CreditItem[] = [];
  if (xmp) {
    candidates.push({ item: xmp, iloc, data: renderCredit(credit), padding: " " });
  }
  // ISO/IEC 23008-12, A.2.1: the item begins with the number of bytes that precede the TIFF header.
  if (exif && tiff) {
    candidates.push({
      item: exif,
      iloc,
      data: Buffer.concat([Buffer.alloc(4), tiff]),
      padding: "\0",
    });
  }
  return candidates.filter(({ item: { ranges } }) => {
    const hasData = ranges.length > 0 && ranges.length <= MAX_RANGES;
    return hasData && canRelocateItem(bytes, iloc);
  });
}

/**
 * Writes the credit over the item's old data if nothing else needs that space and it suffices, or
 * else appends it to the file.
 */
export function placeCredit(
  bytes: Uint8Array,
  credit: CreditItem,
  unused: readonly ByteRange[],
): Uint8Array {
  const { item, iloc, data, padding } = credit;
  const { ranges, typeAt, end } = item;
  bytes.fill(0, typeAt + 4, end);
  if (item.type === "mime") {
    bytes.set(Buffer.from(XMP_TYPE, "latin1"), typeAt + 4);
  }
  const room = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
  const isFree = ranges.every((range) =>
    unused.some((gap) => gap.start <= range.start && range.end <= gap.end),
  );
  if (room < data.length || !isFree) {
    return withDataBehind(bytes, credit);
  }
  // The offset counts from the start of the file, because some programs (exifr) support nothing
  // else.
  const [first, ...others] = ranges;
  if (first && others.length === 0) {
    relocateItem(bytes, { iloc, item, data: first });
  }
  const padded = Buffer.alloc(room, padding);
  padded.set(data);
  let from = 0;
  for (const range of ranges) {
    const to = from + range.end - range.start;
    bytes.set(padded.subarray(from, to), range.start);
    from = to;
  }
  return bytes;
}

function withDataBehind(bytes: Uint8Array, { item, iloc, data }: CreditItem): Uint8Array {
  const view = viewOf(bytes);
  const last = [...filledBoxes(bytes, 0, bytes.length)].at(-1);
  // A box without a size reaches to the end of the file, so it needs one now.
  if (last && view.getUint32(last.at) === 0) {
    view.setUint32(last.at, bytes.length - last.at);
  }
  const start = bytes.length + BOX_HEADER_BYTES;
  relocateItem(bytes, { iloc, item, data: { start, end: start + data.length } });
  const header = Buffer.from("\0\0\0\0mdat", "latin1");
  header.writeUInt32BE(BOX_HEADER_BYTES + data.length);
  return Uint8Array.from(Buffer.concat([bytes, header, data]));
}

/** The item's name is followed by its content type (ISO/IEC 14496-12, 8.11.6). */
function isXmp(bytes: Uint8Array, { type, typeAt, end }: PlacedItem): boolean {
  const nameEnd = bytes.indexOf(0, typeAt + 4);
  const isThere = asciiAt(bytes, nameEnd, XMP_TYPE.length) === XMP_TYPE;
  return type === "mime" && isThere && nameEnd + XMP_TYPE.length <= end;
}
