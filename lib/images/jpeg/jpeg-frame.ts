import { viewOf } from "../bytes.ts";
import type { ImageSize } from "../image-size.ts";
import type { JpegSegment } from "./jpeg-segments.ts";

const FIRST_FRAME = 0xc0;
const LAST_FRAME = 0xcf;
const NOT_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

/** Whether a segment is a frame header (SOFn), which holds the size of the image. */
export function isFrame({ marker }: JpegSegment): boolean {
  return marker >= FIRST_FRAME && marker <= LAST_FRAME && !NOT_FRAMES.has(marker);
}

export function frameSize(bytes: Uint8Array, { start }: JpegSegment): ImageSize {
  const view = viewOf(bytes);
  return { height: view.getUint16(start + 1), width: view.getUint16(start + 3) };
}
