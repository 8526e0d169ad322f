import type { ModalImage } from "../blocks/modals.ts";
import type { SlackFile } from "../slack/file.ts";
import { toFirstAlt } from "../tag/alt-text.ts";
import type { RecordImage } from "../records/record.ts";

/**
 * Images of a message that is not uploaded yet. Each starts with the description that came with its
 * file.
 */
export function toModalImages(files: readonly SlackFile[]): ModalImage[] {
  return files.map((file) => ({
    fileId: file.id,
    name: file.name,
    bytes: file.sizeBytes,
    isPreviewable: PREVIEWABLE.has(file.mediaType ?? ""),
    base: "file",
    alt: toFirstAlt(file.altText),
    link: "",
    decorative: false,
  }));
}

/** Images as stored in the record. */
export function toRecordedModalImages(images: readonly RecordImage[]): ModalImage[] {
  return images
    .filter(({ state }) => state !== "deleting" && state !== "deleted")
    .map((image) => ({
      fileId: image.fileId,
      name: image.name,
      bytes: image.bytes,
      isPreviewable: image.state === "uploaded" && PREVIEWABLE.has((image.original ?? image).type),
      base: "record",
      alt: image.alt ?? "",
      link: image.link ?? "",
      decorative: image.decorative ?? false,
    }));
}

/** Types of Slack's own files that a modal can preview, whatever was published for them. */
const PREVIEWABLE: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);
