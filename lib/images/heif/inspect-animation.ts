import { readSampleRanges } from "./avif-samples.ts";
import { afterTimes, findTracks } from "./avif-tracks.ts";
import { createBoxWalker, findBox } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import type { ImageSize } from "../image-size.ts";
import { findSequenceHeader } from "./sequence-header.ts";

const UNSHOWN = { width: 0, height: 0 };

/**
 * Returns the size that the animation's track declares. Chromium does not rotate tracks, and does
 * not show one whose frames have another size. `undefined`: the file has no animation.
 */
export function inspectAnimation(bytes: Uint8Array): ImageSize | undefined {
  const moov = findBox(bytes, "moov", 0, bytes.length);
  const walk = createBoxWalker(bytes);
  const colour = moov && findTracks(bytes, walk, moov).colour;
  if (!colour?.header || !colour.table) {
    return undefined;
  }
  const view = viewOf(bytes);
  // After the times come an id and 4 bytes, the duration, 16 bytes and the matrix, then the size as
  // 16.16 fixed-point numbers.
  const durationBytes = view.getUint8(colour.header.start) === 0 ? 4 : 8;
  const sizeAt = afterTimes(bytes, colour.header) + 8 + durationBytes + 16 + 36;
  const size = { width: view.getUint16(sizeAt), height: view.getUint16(sizeAt + 4) };
  const boxes = [...walk(colour.table.start, colour.table.end)].map(
    (box) => [box.type, box] as const,
  );
  const [first] = readSampleRanges(bytes, new Map(boxes));
  const coded = first && findSequenceHeader(bytes.subarray(first.start, first.end));
  return coded?.width === size.width && coded.height === size.height ? size : UNSHOWN;
}
