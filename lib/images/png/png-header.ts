import { viewOf } from "../bytes.ts";
import type { ImageSize } from "../image-size.ts";

export interface PngHeader extends ImageSize {
  isColour: boolean;
  isPalette: boolean;
  bitDepth: number;
  /** The size of all pixels before compression, apart from rounding at the end of each line. */
  dataBytes: number;
}

/** PNG specification, table 12: a single sample per pixel is a grey value or a palette index. */
const SAMPLES_BY_COLOUR_TYPE = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const COLOUR_USED = 2;
const PALETTE = 3;

export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = viewOf(bytes);
  const bitDepth = view.getUint8(24);
  const colourType = view.getUint8(25);
  const samples = SAMPLES_BY_COLOUR_TYPE.get(colourType) ?? 4;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return {
    width,
    height,
    isColour: (colourType & COLOUR_USED) !== 0,
    isPalette: colourType === PALETTE,
    bitDepth,
    dataBytes: (width * height * samples * bitDepth) / 8,
  };
}
