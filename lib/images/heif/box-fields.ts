import type { Box } from "./boxes.ts";
import { viewOf } from "../bytes.ts";

/** How many bytes stay, or the bytes that stand there instead, in hexadecimal. What follows the last is zeros. */
type Fields = readonly (number | string)[];

const zeros = (count: number) => "00".repeat(count);

const NO_FLAGS = "000000";
const PLAIN = zeros(4);
/** ISO/IEC 14496-12, 6.2.2: neither turned nor scaled. Browsers turn nothing by it. */
const MATRIX = `00010000${zeros(12)}00010000${zeros(12)}40000000`;
const UNDETERMINED_LANGUAGE = "55c4";

const RATE_AND_VOLUME = `00010000${zeros(2 + 10)}`;
const LAYER_GROUP_VOLUME = zeros(8);
/** 16 bits before the point and 16 after it. */
const SIZE: Fields = [2, "0000", 2, "0000"];
const DPI_72 = "00480000";

/** By type; the second are those of version 1, whose times and ids are wider. */
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

/** Each entry of these lists takes so many bytes; before them stand version, flags and a count. */
const ENTRY_BYTES = new Map([
  ["stts", 8],
  ["stsc", 12],
  ["stco", 4],
  ["co64", 8],
  ["stss", 4],
]);

/**
 * Overwrites what no viewer needs of a box: names, reserved fields, whatever follows its last field up to `end`. Leaves
 * alone boxes that need more thought. Throws a RangeError where the box ends before its fields do.
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

/** Overwrites a part of a file, to its end. */
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
