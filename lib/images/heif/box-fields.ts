import type { Box } from "./boxes.ts";
import { viewOf } from "../bytes.ts";

/**
 * Each field is the number of bytes that stay, or replacement bytes in hexadecimal. Zeros follow
 * the last field.
 */
type Fields = readonly (number | string)[];

const zeros = (count: number) => "00".repeat(count);

const NO_FLAGS = "000000";
const PLAIN = zeros(4);
/** ISO/IEC 14496-12, 6.2.2: the identity matrix. Browsers ignore the matrix. */
const MATRIX = `00010000${zeros(12)}00010000${zeros(12)}40000000`;
const UNDETERMINED_LANGUAGE = "55c4";

const RATE_AND_VOLUME = `00010000${zeros(2 + 10)}`;
const LAYER_GROUP_VOLUME = zeros(8);
/** 16.16 fixed-point numbers. */
const SIZE: Fields = [2, "0000", 2, "0000"];
const DPI_72 = "00480000";

/** The fields by box type. The second list is for version 1, which has wider times and ids. */
const FIELDS: ReadonlyMap<string, readonly [Fields, Fields?]> = new Map(
  Object.entries<readonly [Fields, Fields?]>({
    meta: [[PLAIN]],
    hdlr: [[PLAIN, zeros(4), 4]],
    dref: [[PLAIN, 4]],
    "url ": [["00000001"]],
    pitm: [
      [1, NO_FLAGS, 2],
      [1, NO_FLAGS, 4],
    ],
    ispe: [[PLAIN, 8]],
    irot: [[1]],
    imir: [[1]],
    a1op: [[1]],
    lsel: [[2]],
    clli: [[4]],
    mvhd: [
      [1, NO_FLAGS, zeros(8), 8, RATE_AND_VOLUME, MATRIX, zeros(24), 4],
      [1, NO_FLAGS, zeros(16), 12, RATE_AND_VOLUME, MATRIX, zeros(24), 4],
    ],
    tkhd: [
      [1, "0000", 1, zeros(8), 4, zeros(4), 4, zeros(8), LAYER_GROUP_VOLUME, MATRIX, ...SIZE],
      [1, "0000", 1, zeros(16), 4, zeros(4), 8, zeros(8), LAYER_GROUP_VOLUME, MATRIX, ...SIZE],
    ],
    auxl: [[4]],
    prem: [[4]],
    mdhd: [
      [1, NO_FLAGS, zeros(8), 8, UNDETERMINED_LANGUAGE],
      [1, NO_FLAGS, zeros(16), 12, UNDETERMINED_LANGUAGE],
    ],
    vmhd: [["00000001"]],
    nmhd: [[PLAIN]],
    stsd: [[PLAIN, 4]],
    av01: [[zeros(6), 2, zeros(16), 4, DPI_72, DPI_72, zeros(4), "0001", zeros(32), "0018ffff"]],
    ccst: [[PLAIN, 1]],
  }),
);

/** The entry size of these lists. Version, flags and a count precede the entries. */
const ENTRY_BYTES = new Map([
  ["stts", 8],
  ["stsc", 12],
  ["stco", 4],
  ["co64", 8],
  ["stss", 4],
]);

/**
 * Overwrites the parts of a box that no viewer needs: names, reserved fields, and everything from
 * its last field up to `end`. Leaves other box types alone. Throws a RangeError if the box ends
 * before its fields do.
 */
export function cleanFields(output: Uint8Array, { type, start }: Box, end: number): void {
  const view = viewOf(output);
  const entryBytes = ENTRY_BYTES.get(type);
  if (entryBytes !== undefined) {
    write(output, { start, end }, [PLAIN, 4 + view.getUint32(start + 4) * entryBytes]);
    return;
  }
  const versions = FIELDS.get(type);
  const isVersioned = versions?.[1] !== undefined;
  const version = isVersioned ? view.getUint8(start) : 0;
  const fields = versions?.[version];
  if (versions && !fields) {
    throw new RangeError("Cannot read a box of that version");
  }
  if (fields) {
    write(output, { start, end }, fields);
  }
}

/** Overwrites a range of a file and fills the rest of the range with zeros. */
export function write(
  output: Uint8Array,
  { start, end }: { start: number; end: number },
  fields: Fields,
): void {
  let at = start;
  for (const field of fields) {
    const bytes = typeof field === "number" ? undefined : Buffer.from(field, "hex");
    const next = at + (typeof field === "number" ? field : field.length / 2);
    if (next > end) {
      throw new RangeError("Cannot read a box that was cut short");
    }
    if (bytes) {
      output.set(bytes, at);
    }
    at = next;
  }
  output.fill(0, at, end);
}
