import type { Credit } from "./credit.ts";
import { type ImageType, matchType } from "./formats.ts";
import { isHeic } from "./heif/brands.ts";
import { hasTooManyPixels } from "./image-size.ts";
import { type ImageFacts, inspectImage } from "./inspect-image.ts";
import type { MetadataKind } from "./metadata-kinds.ts";
import { readCredit } from "./read-credit.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { Pieces } from "./pieces.ts";
import { isWithinLimits, removeInPieces } from "./remove-metadata.ts";
import { inspectUnsupported, type UnsupportedFormat } from "./unsupported-format.ts";

/** Nothing, who made an image and whose it is, or all that a camera or an editor wrote into it. */
export type KeptMetadata = "none" | "credit" | "all";

/** What could be published of a file as it is, or why it cannot. */
export type PreparedImage =
  | {
      outcome: "prepared";
      bytes: Uint8Array;
      facts: ImageFacts;
      removed: readonly MetadataKind[];
      /** To be written again where the image is encoded anew. */
      credit?: Credit | undefined;
    }
  /** What phones take; no browser but Safari shows it. */
  | { outcome: "heic" }
  /** A format that browsers do not show, or that is not safe to show. */
  | { outcome: UnsupportedFormat }
  | { outcome: "empty" }
  | { outcome: "not_an_image" }
  | { outcome: "too_many_pixels" }
  /** Too broken to be shown, or to be sure that nothing private is left in it. */
  | { outcome: "not_safe" };

/**
 * Nothing is decoded, and no piece of the work takes long, whatever the file is made of. The facts are those of the
 * published bytes: without its EXIF, a JPEG's size may be another.
 */
export function* prepareImage(
  source: Uint8Array,
  {
    keepMetadata,
    credit,
  }: {
    keepMetadata: KeptMetadata;
    /** It was read from the file that the source was made of, and is kept instead of the source's own. */
    credit?: Credit | undefined;
  },
): Pieces<PreparedImage> {
  const found = inspectImage(source);
  if (found === undefined) {
    return { outcome: refusalOf(source) };
  }
  if (hasTooManyPixels(found)) {
    return { outcome: "too_many_pixels" };
  }
  yield;
  const kept = keepMetadata === "none" ? undefined : (credit ?? readCredit(source, found.type));
  if (kept !== undefined) {
    yield;
  }
  const clean =
    keepMetadata === "all"
      ? keepAll(source, found.type)
      : yield* removeInPieces(source, found.type, kept);
  yield;
  const facts = clean && inspectImage(clean.bytes);
  return clean === undefined || facts === undefined
    ? { outcome: "not_safe" }
    : { outcome: "prepared", ...clean, facts, ...(kept && { credit: kept }) };
}

function keepAll(bytes: Uint8Array, type: ImageType): CleanImage | undefined {
  return isWithinLimits(bytes, type) ? { bytes, removed: [] } : undefined;
}

function refusalOf(source: Uint8Array) {
  if (source.length === 0) {
    return "empty";
  }
  if (isHeic(source)) {
    return "heic";
  }
  return matchType(source) === undefined
    ? (inspectUnsupported(source) ?? "not_an_image")
    : "not_safe";
}
