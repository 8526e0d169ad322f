import type { ByteRange } from "./avif-items.ts";
import type { Box } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import { LimitError, PARSER_LIMITS } from "../parser-limits.ts";

const FULL_BOX_BYTES = 4;
const RUN_BYTES = 12;

/** More sample descriptions than any animation has. */
const MAX_DESCRIPTIONS = 16;

/**
 * Returns the range of each sample in a track (ISO/IEC 14496-12, 8.7). Throws a RangeError if the
 * tables contradict each other: Chromium does not show such a track, and unused numbers could spell
 * out text.
 */
export function readSampleRanges(bytes: Uint8Array, table: ReadonlyMap<string, Box>): ByteRange[] {
  const view = viewOf(bytes);
  const offsets = table.get("stco") ?? table.get("co64");
  const runs = table.get("stsc");
  const sizes = table.get("stsz");
  if (!offsets || !runs || !sizes) {
    throw new RangeError("Cannot find the samples of a track");
  }

  const sizeAt = createSizeReader(view, sizes);
  const runCount = readCount(view, runs, RUN_BYTES);
  const runAt = (index: number) => runs.start + 8 + index * RUN_BYTES;
  const chunkCount = readCount(view, offsets, offsets.type === "stco" ? 4 : 8);
  if (chunkCount > PARSER_LIMITS.sampleChunks) {
    throw new LimitError("Cannot read an animation of more chunks than allowed");
  }
  const ranges: ByteRange[] = [];
  for (let run = 0; run < runCount; run += 1) {
    const first = view.getUint32(runAt(run));
    const next = run + 1 < runCount ? view.getUint32(runAt(run + 1)) : chunkCount + 1;
    const perChunk = view.getUint32(runAt(run) + 4);
    const isSane = first < next && next <= chunkCount + 1 && (run > 0 || first === 1);
    if (!isSane || perChunk === 0 || view.getUint32(runAt(run) + 8) > MAX_DESCRIPTIONS) {
      throw new RangeError("Cannot tell which samples a chunk has");
    }
    for (let chunk = first; chunk < next; chunk += 1) {
      let at =
        offsets.type === "stco"
          ? view.getUint32(offsets.start + 4 + chunk * 4)
          : Number(view.getBigUint64(offsets.start + chunk * 8));
      for (let left = perChunk; left > 0; left -= 1) {
        const end = at + sizeAt(ranges.length);
        if (end === at) {
          throw new RangeError("Cannot read a sample without bytes");
        }
        ranges.push({ start: at, end });
        at = end;
      }
    }
  }
  if (runCount === 0 && chunkCount > 0) {
    throw new RangeError("Cannot tell what a chunk has");
  }
  return ranges;
}

/**
 * Clears table entries beyond the track's last sample. Throws a RangeError for implausible times.
 */
export function cleanSampleTables(
  output: Uint8Array,
  table: ReadonlyMap<string, Box>,
  sampleCount: number,
): void {
  const view = viewOf(output);
  const [sizes, times, starts] = ["stsz", "stts", "stss"].map((type) => table.get(type));
  if (sizes) {
    const listed = view.getUint32(sizes.start + 4) === 0 ? sampleCount : 0;
    output.fill(0, sizes.start, sizes.start + FULL_BOX_BYTES);
    output.fill(0, sizes.start + 12 + listed * 4, sizes.end);
  }
  if (times) {
    let left = sampleCount;
    for (let at = times.start + 8, n = readCount(view, times, 8); n > 0; n -= 1, at += 8) {
      const count = Math.min(left, view.getUint32(at));
      const duration = view.getUint32(at + 4);
      if (count > 0 && duration >= MAX_TICKS) {
        throw new RangeError("Cannot accept an implausible duration");
      }
      left -= count;
      view.setUint32(at, count);
      if (count === 0) {
        view.setUint32(at + 4, 0);
      }
    }
  }
  if (starts) {
    let last = 0;
    for (let at = starts.start + 8, n = readCount(view, starts, 4); n > 0; n -= 1, at += 4) {
      const sample = view.getUint32(at);
      if (sample <= last || sample > sampleCount) {
        throw new RangeError("Cannot tell where an animation can start");
      }
      last = sample;
    }
  }
}

/** Four ASCII letters read as a number are larger than this. */
export const MAX_TICKS = 2 ** 29;

/**
 * Reads the entry count. All entries must lie inside the box, or a track would read another track's
 * data.
 */
function readCount(view: DataView, { start, end }: Box, entryBytes: number): number {
  const count = view.getUint32(start + FULL_BOX_BYTES);
  if (start + 8 + count * entryBytes > end) {
    throw new RangeError("Cannot read a list that was cut short");
  }
  return count;
}

/** Reads the size of a sample. All samples share one size, or each has its own in a list. */
function createSizeReader(view: DataView, stsz: Box): (sample: number) => number {
  const common = view.getUint32(stsz.start + FULL_BOX_BYTES);
  const count = view.getUint32(stsz.start + 8);
  const listAt = stsz.start + 12;
  if (common === 0 && listAt + count * 4 > stsz.end) {
    throw new RangeError("Cannot read a list that was cut short");
  }
  return (sample) => {
    if (sample >= count) {
      throw new RangeError("Cannot find as many samples as chunks have");
    }
    if (sample >= PARSER_LIMITS.samples) {
      throw new RangeError("Cannot read an animation of more frames than allowed");
    }
    return common > 0 ? common : view.getUint32(listAt + sample * 4);
  };
}
