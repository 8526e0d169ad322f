import { FORMATS, type ImageType, matchType } from "./formats.ts";
import type { ImageSize } from "./image-size.ts";
import { unlessBroken } from "./unless-broken.ts";

export interface ImageFacts extends ImageSize {
  type: ImageType;
}

/**
 * Reads type and size from the bytes alone. Width and height are the CSS pixels of an `<img>`
 * without a size (`naturalWidth` and `naturalHeight`). `undefined`: the file is not one of the five
 * formats, or too broken to tell. Never throws.
 */
export function inspectImage(bytes: Uint8Array): ImageFacts | undefined {
  const type = matchType(bytes);
  if (type === undefined) {
    return undefined;
  }
  const size = unlessBroken(() => FORMATS[type].inspect(bytes), undefined);
  return size && size.width > 0 && size.height > 0 ? { type, ...size } : undefined;
}
