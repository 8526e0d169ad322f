import type { PlacedItem } from "./avif-items.ts";
import type { ByteRange } from "./avif-items.ts";
import { type ObuWalker, createObuWalker } from "./av1-obus.ts";
import { viewOf } from "../bytes.ts";
import { cleanObus } from "./clean-obus.ts";

/**
 * Clears the parts of coded images that no pixel needs. Throws a RangeError if images share part of
 * their data.
 */
export function cleanImageData(
  output: Uint8Array,
  image: { needed: readonly PlacedItem[]; samples: readonly ByteRange[][] },
): void {
  const samples = image.samples.flat().map((range) => ({ type: "av01", ranges: [range] }));
  const byPlace = new Map(
    [...image.needed, ...samples]
      .filter(({ ranges }) => ranges.length > 0)
      .map((coded) => [placeOf(coded.ranges), coded]),
  );
  const coded = [...byPlace.values()];
  refuseOverlaps(coded.flatMap(({ ranges }) => ranges));
  const walk = createObuWalker();
  for (const { type, ranges } of coded) {
    rewrite(output, ranges, (data) => clean(type, data, walk));
  }
}

function clean(type: string, data: Uint8Array, walk: ObuWalker): void {
  if (type === "av01") {
    cleanObus(data, walk);
  } else {
    data.fill(0, lengthOf(type, data));
  }
}

/**
 * ISO/IEC 23008-12, 6.6.2.3: version, flags, rows, columns, and a size in 16 or 32 bits. ISO
 * 21496-1, C.2: the versions, flags, the headroom of both images, and five fractions for one
 * channel or three.
 */
function lengthOf(type: string, data: Uint8Array): number {
  const view = viewOf(data);
  if (type === "grid" && view.getUint16(0) > 1) {
    throw new RangeError("Cannot read a grid of that version");
  }
  if (type === "grid") {
    return view.getUint8(1) === 1 ? 12 : 8;
  }
  return type === "tmap" ? 6 + 16 + 40 * (view.getUint8(5) & 0x80 ? 3 : 1) : 0;
}

function rewrite(
  output: Uint8Array,
  ranges: readonly ByteRange[],
  change: (data: Uint8Array) => void,
): void {
  const parts = ranges.map(({ start, end }) => output.subarray(start, end));
  const [first] = parts;
  if (first !== undefined && parts.length === 1) {
    change(first);
    return;
  }
  const data = Buffer.concat(parts);
  change(data);
  let at = 0;
  for (const part of parts) {
    part.set(data.subarray(at, at + part.length));
    at += part.length;
  }
}

function placeOf(ranges: readonly ByteRange[]): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join();
}

/**
 * Refuses shared parts: one image's padding could be another's pixels, and the parts would be
 * walked again and again.
 */
function refuseOverlaps(ranges: readonly ByteRange[]): void {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  let last = 0;
  for (const { start, end } of sorted) {
    if (start < last) {
      throw new RangeError("Cannot tell apart images that share their data");
    }
    last = end;
  }
}
