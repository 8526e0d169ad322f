import type { ImageSize } from "../image-size.ts";

export const MAX_MEGAPIXELS = 50;

/**
 * Whether an image can be processed as a whole, not line by line or at reduced size: that takes up
 * to 20 bytes a pixel (progressive JPEG, AVIF), and half a minute to encode.
 */
export function fitsInMemory({ width, height }: ImageSize): boolean {
  return width * height <= MAX_MEGAPIXELS * 1_000_000;
}
