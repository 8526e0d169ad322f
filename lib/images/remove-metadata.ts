import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { MetadataKind } from "./metadata-kinds.ts";
import { LimitError } from "./parser-limits.ts";
import { type Pieces, atOnce } from "./pieces.ts";

/**
 * The same image without metadata: pixels, colour profile, animation and the orientation that viewers see stay, all
 * else goes, but for the credit that is given. The bytes are the given ones where there is nothing to remove. Inspect the
 * size again: a JPEG's may have changed. `undefined`: the file is too broken to be sure that nothing is left in it; never
 * throws.
 */
export function removeMetadata(
  bytes: Uint8Array,
  type: ImageType,
  credit?: Credit,
): CleanImage | undefined {
  return atOnce(removeInPieces(bytes, type, credit));
}

/** The same, of which no piece takes long, whatever the file is made of. */
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
    // What reads otherwise once a part of it is gone was not understood in the first place.
    return clean(cleaned.bytes, credit).bytes === cleaned.bytes ? result : undefined;
  } catch (error) {
    // A part that reaches past the last byte, or that a cleaner cannot tell the use of.
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the file has no more parts than it may have, broken or not: codecs are not asked to read others. */
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
