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

/**
 * Metadata that stays: none, who made and owns the image, or everything that a camera or an editor
 * wrote.
 */
export type KeptMetadata = "none" | "credit" | "all";

/** The file made ready to publish, or why it cannot be published. */
export type PreparedImage =
  | {
      outcome: "prepared";
      bytes: Uint8Array;
      facts: ImageFacts;
      removed: readonly MetadataKind[];
      /** The credit, to be written again if the image is encoded anew. */
      credit?: Credit | undefined;
    }
  /** The format of phone cameras, which only Safari shows. */
  | { outcome: "heic" }
  /** A format that browsers do not show, or that is not safe to show. */
  | { outcome: UnsupportedFormat }
  | { outcome: "empty" }
  | { outcome: "not_an_image" }
  | { outcome: "too_many_pixels" }
  /** Too broken to show, or to be sure that nothing private is left in it. */
  | { outcome: "not_safe" };

/**
 * Prepares a file without decoding it; no piece of the work takes long, whatever the file contains.
 * The facts describe the published bytes, because a JPEG without its EXIF may have another size.
 */
export function* prepareImage(
  source: Uint8Array,
  {
    keepMetadata,
    credit,
  }: {
    keepMetadata: KeptMetadata;
    /**
     * The credit of the original file, if `source` was converted from one. It replaces the source's
     * own.
     */
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
