import { gif } from "./gif/gif.ts";
import { avif } from "./heif/avif.ts";
import { jpeg } from "./jpeg/jpeg.ts";
import { png } from "./png/png.ts";
import { webp } from "./webp/webp.ts";

/** The formats that every browser shows. Each has a folder of its own. */
export const FORMATS = { png, jpg: jpeg, gif, webp, avif } as const;

export type ImageType = keyof typeof FORMATS;

/** Detects the format by its first bytes. No two formats begin alike. */
export function matchType(bytes: Uint8Array): ImageType | undefined {
  return Object.keys(FORMATS)
    .filter(isImageType)
    .find((type) => FORMATS[type].matches(bytes));
}

function isImageType(name: string): name is ImageType {
  return name in FORMATS;
}
