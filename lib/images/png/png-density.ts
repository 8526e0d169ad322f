import { viewOf } from "../bytes.ts";
import { type Density, PER_METRE } from "../density.ts";
import { chunksUntilPixels, isIntact } from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";

const METRES = 1;
const PHYS_BYTES = 9;

/**
 * Reads the first intact `pHYs` chunk. `undefined`: the chunk has no unit, so it gives only the
 * pixel aspect ratio.
 */
export function readPngDensity(bytes: Uint8Array): Density | undefined {
  const view = viewOf(bytes);
  for (const chunk of chunksUntilPixels(bytes)) {
    const { type, start, end } = chunk;
    if (type !== "pHYs" || end - start !== PHYS_BYTES || !isIntact(bytes, chunk)) {
      continue;
    }
    if (view.getUint8(start + 8) !== METRES) {
      return undefined;
    }
    const { width, height } = readPngHeader(bytes);
    const [x, y] = [view.getUint32(start), view.getUint32(start + 4)];
    return { x, y, dpiOfOne: PER_METRE, storedPixels: width * height };
  }
  return undefined;
}
