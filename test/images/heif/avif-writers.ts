import { filledBoxes } from "../../../lib/images/heif/boxes.ts";
import { box, uint32 } from "../metadata-writers.ts";

export interface FoundBox {
  type: string;
  at: number;
  end: number;
}

/** The number of bytes before the child boxes in a box, as in the fixtures. */
const FIELD_BYTES = new Map([
  ["meta", 4],
  ["iinf", 6],
  ["iref", 4],
  ["dref", 8],
  ["stsd", 8],
  ["av01", 78],
]);
const CONTAINERS = new Set([
  ..."iprp ipco moov trak tref edts mdia minf dinf stbl".split(" "),
  ...FIELD_BYTES.keys(),
]);

/** Lists the boxes at all depths, each parent before its children. */
export function boxesOf(bytes: Buffer, from = 0, to = bytes.length): FoundBox[] {
  return [...filledBoxes(bytes, from, to)].flatMap(({ type, at, start, end }) => [
    { type, at, end },
    ...(CONTAINERS.has(type) ? boxesOf(bytes, start + (FIELD_BYTES.get(type) ?? 0), end) : []),
  ]);
}

/** Adds bytes at the end of a box. Its parents grow, and so do the offsets of the data after it. */
export function grown(bytes: Buffer, { at, end }: FoundBox, ...parts: Buffer[]): Buffer {
  const part = Buffer.concat(parts);
  const output = Buffer.from(bytes);
  for (const parent of boxesOf(bytes)) {
    if (parent.at <= at && parent.end >= end) {
      output.writeUInt32BE(parent.end - parent.at + part.length, parent.at);
    }
    if (parent.type === "stco") {
      moveEach(output, parent.at + 16, bytes, { end, by: part.length });
    }
    if (parent.type === "iloc") {
      moveItems(output, parent.at, bytes, { end, by: part.length });
    }
  }
  return Buffer.concat([output.subarray(0, end), part, output.subarray(end)]);
}

export function firstBox(bytes: Buffer, type: string): FoundBox {
  const found = boxesOf(bytes).find((each) => each.type === type);
  if (found === undefined) {
    throw new Error(`Cannot find a box ${type}`);
  }
  return found;
}

/** Adds a property to the only item of a still image whose `ipma` is last. */
export function withProperty(still: Buffer, type: string, ...body: (string | Buffer)[]): Buffer {
  const wider = grown(still, firstBox(still, "ipco"), box(type, ...body));
  const ipma = firstBox(wider, "ipma");
  const countAt = ipma.at + 18;
  const count = wider.readUInt8(countAt);
  const properties = boxesOf(wider).filter(({ type: each }) => each === "ipco").length;
  if (properties !== 1) {
    throw new Error("Cannot tell which list of properties counts");
  }
  const output = grown(wider, ipma, Buffer.of(0));
  output.writeUInt8(count + 1, countAt);
  const ipco = firstBox(output, "ipco");
  const numbers = [...filledBoxes(output, ipco.at + 8, ipco.end)].length;
  output.writeUInt8(numbers, countAt + 1 + count);
  return output;
}

/** A `colr` box with code points. */
export function numbersOfColour(
  primaries: number,
  transfer: number,
  matrix: number,
  isFullRange = true,
): Buffer {
  const numbers = Buffer.concat([uint32(primaries * 65_536 + transfer), Buffer.of(0, matrix)]);
  return Buffer.concat([Buffer.from("nclx"), numbers, Buffer.of(isFullRange ? 0x80 : 0)]);
}

function moveEach(
  output: Buffer,
  first: number,
  bytes: Buffer,
  { end, by }: { end: number; by: number },
): void {
  const count = bytes.readUInt32BE(first - 4);
  for (let at = first; at < first + 4 * count; at += 4) {
    const offset = bytes.readUInt32BE(at);
    if (offset >= end) {
      output.writeUInt32BE(offset + by, at);
    }
  }
}

/** Offsets and lengths of 32 bits, and one extent per item; sharp adds a base. */
function moveItems(
  output: Buffer,
  iloc: number,
  bytes: Buffer,
  { end, by }: { end: number; by: number },
): void {
  const baseBytes = bytes.readUInt8(iloc + 13) >> 4;
  let at = iloc + 16;
  for (let left = bytes.readUInt16BE(iloc + 14); left > 0; left -= 1) {
    const offsetAt = baseBytes > 0 ? at + 4 : at + 6;
    const offset = bytes.readUInt32BE(offsetAt);
    if (offset >= end) {
      output.writeUInt32BE(offset + by, offsetAt);
    }
    at += 14 + baseBytes;
  }
}
