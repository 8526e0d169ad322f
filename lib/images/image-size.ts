export interface ImageSize {
  width: number;
  height: number;
}

/**
 * Larger images are neither decoded nor published: a file of a few hundred bytes can claim them,
 * and every reader would pay in memory.
 */
export const MAX_MEGAPIXELS = 100;

export function hasTooManyPixels({ width, height }: ImageSize): boolean {
  return width * height > MAX_MEGAPIXELS * 1_000_000;
}
