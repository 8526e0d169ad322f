export interface ImageSize {
  width: number;
  height: number;
}

// Blink's ImageDecoder::SizeCalculationMayOverflow: more pixels than this are never shown.
const MAX_PIXELS = 2 ** 29 - 1;

export function isShowable({ width, height }: ImageSize): boolean {
  return width > 0 && height > 0 && width * height <= MAX_PIXELS;
}
