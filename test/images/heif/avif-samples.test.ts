import { expect, test } from "vitest";
import { readSampleRanges } from "../../../lib/images/heif/avif-samples.ts";
import { filledBoxes } from "../../../lib/images/heif/boxes.ts";
import { box, uint32 } from "../metadata-writers.ts";

const numbers = (...values: number[]) => Buffer.concat(values.map(uint32));
/** Two samples in the first chunk, and one in each other chunk. */
const RUNS = box("stsc", numbers(0, 2, 1, 2, 1, 2, 1, 1));
const SIZES = box("stsz", numbers(0, 0, 4, 10, 20, 30, 40));

test("readSampleRanges() finds the samples of each chunk", () => {
  const offsets = box("stco", numbers(0, 3, 100, 200, 300));
  expect(rangesIn(offsets, RUNS, SIZES)).toEqual([
    { start: 100, end: 110 },
    { start: 110, end: 130 },
    { start: 200, end: 230 },
    { start: 300, end: 340 },
  ]);
});

test("readSampleRanges() reads 64-bit offsets and a size that all samples share", () => {
  const offsets = box("co64", numbers(0, 1, 1, 0));
  const sizes = box("stsz", numbers(0, 7, 4));
  const runs = box("stsc", numbers(0, 1, 1, 2, 1));
  expect(rangesIn(offsets, runs, sizes)).toEqual([
    { start: 2 ** 32, end: 2 ** 32 + 7 },
    { start: 2 ** 32 + 7, end: 2 ** 32 + 14 },
  ]);
});

test.each([
  ["a run of chunks that do not exist", numbers(0, 2, 1, 2, 1, 4, 1, 1)],
  ["chunks without samples", numbers(0, 1, 1, 0, 1)],
  ["more samples than have a size", numbers(0, 1, 1, 9, 1)],
  ["runs out of order", numbers(0, 2, 2, 2, 1, 1, 1, 1)],
  ["no run", numbers(0, 0)],
])("readSampleRanges() throws for %s", (_, runs) => {
  const offsets = box("stco", numbers(0, 3, 100, 200, 300));
  expect(() => rangesIn(offsets, box("stsc", runs), SIZES)).toThrow(RangeError);
});

test("readSampleRanges() throws for more chunks than there are offsets", () => {
  const offsets = box("stco", numbers(0, 2 ** 32 - 1, 100));
  expect(() => rangesIn(RUNS, SIZES, offsets)).toThrow(RangeError);
});

function rangesIn(...boxes: Buffer[]) {
  const bytes = Buffer.concat(boxes);
  const table = [...filledBoxes(bytes, 0, bytes.length)].map((each) => [each.type, each] as const);
  return readSampleRanges(bytes, new Map(table));
}
