import type { ImageSize } from "../image-size.ts";

const MAX_MEGAPIXELS = 50;

/**
 * Whether an image can be worked on as a whole, as opposed to line by line or at a part of its size: that takes up to
 * 20 bytes a pixel (progressive JPEG, AVIF), and an encoder half a minute.
 */
export function fitsInMemory({ width, height }: ImageSize): boolean {
  return width * height <= MAX_MEGAPIXELS * 1_000_000;
}
