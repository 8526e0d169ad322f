import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { MetadataKind } from "./metadata-kinds.ts";
import { LimitError } from "./parser-limits.ts";
import { type Pieces, atOnce } from "./pieces.ts";

/**
 * Removes the metadata of an image. Pixels, colour profile, animation and the visible orientation
 * stay, and the given credit is written; everything else goes. Returns the given bytes if there is
 * nothing to remove. Inspect the size again afterwards: a JPEG's may have changed. `undefined`: the
 * file is too broken to be sure that nothing is left in it. Never throws.
 */
export function removeMetadata(
  bytes: Uint8Array,
  type: ImageType,
  credit?: Credit,
): CleanImage | undefined {
  return atOnce(removeInPieces(bytes, type, credit));
}

/** Does the same in pieces, none of which takes long, whatever the file contains. */
export function* removeInPieces(
  bytes: Uint8Array,
  type: ImageType,
  credit?: Credit,
): Pieces<CleanImage | undefined> {
  const { clean } = FORMATS[type];
  try {
    const cleaned = clean(bytes, credit);
    const isRemoved = (kind: MetadataKind) => kind !== "credit" || credit === undefined;
    const result = { ...cleaned, removed: cleaned.removed.filter(isRemoved) };
    if (cleaned.bytes === bytes) {
      return result;
    }
    yield;
    // If the clean file reads differently, the source was not understood in the first place.
    return clean(cleaned.bytes, credit).bytes === cleaned.bytes ? result : undefined;
  } catch (error) {
    // A part reaches past the last byte, or a cleaner does not know its purpose.
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Whether the file has no more parts than allowed, broken or not. Codecs never read files over the
 * limits.
 */
export function isWithinLimits(bytes: Uint8Array, type: ImageType): boolean {
  try {
    FORMATS[type].clean(bytes);
    return true;
  } catch (error) {
    if (error instanceof RangeError) {
      return !(error instanceof LimitError);
    }
    throw error;
  }
}
