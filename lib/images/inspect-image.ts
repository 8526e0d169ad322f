import { FORMATS, type ImageType, matchType } from "./formats.ts";
import type { ImageSize } from "./image-size.ts";

export interface ImageFacts extends ImageSize {
  type: ImageType;
}

/**
 * Type and size of an image, from its bytes alone. Width and height are the CSS pixels of an `<img>` without a size
 * (`naturalWidth` and `naturalHeight`). `undefined`: not one of the five formats, or too broken to tell; never throws.
 */
export function inspectImage(bytes: Uint8Array): ImageFacts | undefined {
  const type = matchType(bytes);
  if (type === undefined) return undefined;
  try {
    const size = FORMATS[type].inspect(bytes);
    return size && size.width > 0 && size.height > 0 ? { type, ...size } : undefined;
  } catch (error) {
    // What a DataView throws past the last byte: the file ends before it has said how it is shown.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
