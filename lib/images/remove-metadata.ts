import type { Credit } from "./credit.ts";
import { FORMATS, type ImageType } from "./formats.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { MetadataKind } from "./metadata-kinds.ts";

/**
 * The same image without metadata: pixels, colour profile, animation and the orientation that viewers see stay, all
 * else goes, but for the credit that is given. The bytes are the given ones where there is nothing to remove. Inspect the size again: a JPEG's may have
 * changed. `undefined`: the file is too broken to be sure that nothing is left in it; never throws.
 */
export function removeMetadata(
  bytes: Uint8Array,
  type: ImageType,
  credit?: Credit,
): CleanImage | undefined {
  const { clean } = FORMATS[type];
  try {
    const cleaned = clean(bytes, credit);
    // What reads otherwise once a part of it is gone was not understood in the first place.
    const isSettled =
      cleaned.bytes === bytes || clean(cleaned.bytes, credit).bytes === cleaned.bytes;
    const isRemoved = (kind: MetadataKind) => kind !== "credit" || credit === undefined;
    return isSettled ? { ...cleaned, removed: cleaned.removed.filter(isRemoved) } : undefined;
  } catch (error) {
    // A part that reaches past the last byte, or that a cleaner cannot tell the use of.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
