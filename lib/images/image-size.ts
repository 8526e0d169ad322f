export interface ImageSize {
  width: number;
  height: number;
}

/** More are neither decoded nor published: a few hundred bytes can claim them and cost every reader the memory. */
export const MAX_MEGAPIXELS = 100;

export function hasTooManyPixels({ width, height }: ImageSize): boolean {
  return width * height > MAX_MEGAPIXELS * 1_000_000;
}
