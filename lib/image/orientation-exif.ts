import { type Exif, ORIENTATION } from "./exif.ts";

/** A TIFF block that says the orientation and nothing else, or nothing at all for a picture that stands upright. */
export function orientationExif(exif: Exif | undefined): Uint8Array | undefined {
  const orientation = exif?.get(ORIENTATION) ?? 1;
  if (orientation === 1) return undefined;
  const header = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  return Uint8Array.of(...header, 0, 1, ...entry, 0, 0, 0, 0);
}
