import type { ByteRange } from "./avif-items.ts";
import type { Box } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import { PARSER_LIMITS } from "../parser-limits.ts";

const FULL_BOX_BYTES = 4;
const RUN_BYTES = 12;

/** Where the samples of a track lie (ISO/IEC 14496-12, 8.7): one range for each chunk that `stco` or `co64` lists. */
export function readSampleRanges(bytes: Uint8Array, table: ReadonlyMap<string, Box>): ByteRange[] {
  const view = viewOf(bytes);
  const offsets = table.get("stco") ?? table.get("co64");
  const runs = table.get("stsc");
  const sizes = table.get("stsz");
  if (!offsets || !runs || !sizes) throw new RangeError("Cannot find the samples of a track");

  const sizeOfNext = createSizeReader(view, sizes);
  const runCount = readCount(view, runs, RUN_BYTES);
  const runAt = (index: number) => runs.start + 8 + index * RUN_BYTES;
  const chunkCount = readCount(view, offsets, offsets.type === "stco" ? 4 : 8);
  if (chunkCount > PARSER_LIMITS.sampleChunks)
    throw new RangeError("Cannot read an animation of so many chunks");
  const ranges: ByteRange[] = [];
  let run = 0;
  for (let chunk = 1; chunk <= chunkCount; chunk += 1) {
    while (run + 1 < runCount && view.getUint32(runAt(run + 1)) <= chunk) run += 1;
    const start =
      offsets.type === "stco"
        ? view.getUint32(offsets.start + 4 + chunk * 4)
        : Number(view.getBigUint64(offsets.start + chunk * 8));
    ranges.push({ start, end: start + sizeOfNext(view.getUint32(runAt(run) + 4)) });
  }
  return ranges;
}

// How many entries follow, all of which have to be in the box: tracks would read each other's otherwise.
function readCount(view: DataView, { start, end }: Box, entryBytes: number): number {
  const count = view.getUint32(start + FULL_BOX_BYTES);
  if (start + 8 + count * entryBytes > end)
    throw new RangeError("Cannot read a list that was cut short");
  return count;
}

// How many bytes the next samples take together; their sizes are one for all, or listed.
function createSizeReader(view: DataView, stsz: Box): (samples: number) => number {
  const common = view.getUint32(stsz.start + FULL_BOX_BYTES);
  let left = view.getUint32(stsz.start + 8);
  let at = stsz.start + 12;
  if (common === 0 && at + left * 4 > stsz.end)
    throw new RangeError("Cannot read a list that was cut short");
  return (samples) => {
    const count = Math.min(samples, left);
    left -= count;
    if (common > 0) return count * common;
    let sum = 0;
    for (const end = at + count * 4; at < end; at += 4) sum += view.getUint32(at);
    return sum;
  };
}
