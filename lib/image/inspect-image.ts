import { imageDimensionsFromData } from "image-dimensions";
import type { ImageSize } from "./image-size.ts";
import { hasReadableBoxes, inspectAvif } from "./inspect-avif.ts";
import { inspectGif } from "./inspect-gif.ts";
import { inspectJpeg } from "./inspect-jpeg.ts";
import { inspectPng } from "./inspect-png.ts";
import { inspectWebp } from "./inspect-webp.ts";

/** The formats that every browser shows: the extension of an object key and its content type. */
export const IMAGE_TYPES = {
  png: { extension: "png", mediaType: "image/png" },
  jpg: { extension: "jpg", mediaType: "image/jpeg" },
  gif: { extension: "gif", mediaType: "image/gif" },
  webp: { extension: "webp", mediaType: "image/webp" },
  avif: { extension: "avif", mediaType: "image/avif" },
} as const;

export type ImageType = keyof typeof IMAGE_TYPES;

export interface ImageFacts extends ImageSize {
  type: ImageType;
}

// The library recognises the format and finds the stored size; an inspector says what a browser makes of it.
const INSPECTORS = {
  png: { type: "png", inspect: inspectPng },
  jpeg: { type: "jpg", inspect: inspectJpeg },
  gif: { type: "gif", inspect: inspectGif },
  webp: { type: "webp", inspect: inspectWebp },
  avif: { type: "avif", inspect: inspectAvif },
} as const;

/**
 * Type and size of an image, from its bytes alone. Width and height are the CSS pixels of an `<img>` without a size
 * (`naturalWidth` and `naturalHeight`). `undefined`: not one of the five formats, or too broken to tell; never throws.
 */
export function inspectImage(bytes: Uint8Array): ImageFacts | undefined {
  try {
    const facts = inspectFormat(bytes);
    return facts && facts.width > 0 && facts.height > 0 ? facts : undefined;
  } catch (error) {
    // What a DataView throws past the last byte: the file ends before it has said how it is shown.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function inspectFormat(bytes: Uint8Array): ImageFacts | undefined {
  if (!hasReadableBoxes(bytes)) return undefined;
  const stored = imageDimensionsFromData(bytes);
  if (stored === undefined || stored.type === "heic") return undefined;
  const { type, inspect } = INSPECTORS[stored.type];
  const shown = inspect(bytes, stored);
  return shown && { type, width: shown.width, height: shown.height };
}
