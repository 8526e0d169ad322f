import { type ImageFacts, inspectImage } from "./inspect-image.ts";
import { type MetadataKind, removeMetadata } from "./remove-metadata.ts";

/** What is published of a file, or why nothing is. */
export type PreparedImage =
  | { outcome: "prepared"; bytes: Uint8Array; facts: ImageFacts; removed: readonly MetadataKind[] }
  /** None of the five formats. */
  | { outcome: "not_an_image" }
  /** Too broken to be sure that nothing private is left in it. */
  | { outcome: "not_safe" };

/** The facts are those of the published bytes: without its EXIF, a JPEG's size may be another. */
export function prepareImage(
  source: Uint8Array,
  { keepMetadata }: { keepMetadata: boolean },
): PreparedImage {
  const found = inspectImage(source);
  if (found === undefined) {
    return { outcome: "not_an_image" };
  }
  const clean = keepMetadata ? { bytes: source, removed: [] } : removeMetadata(source, found.type);
  const facts = clean && inspectImage(clean.bytes);
  return clean === undefined || facts === undefined
    ? { outcome: "not_safe" }
    : { outcome: "prepared", ...clean, facts };
}
