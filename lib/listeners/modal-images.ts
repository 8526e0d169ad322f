import { truncate } from "../blocks/elements.ts";
import type { ModalImage } from "../blocks/modals.ts";
import type { SlackFile } from "../slack/file.ts";
import { inspectAltText, MAX_ALT_LENGTH } from "../tag/alt-text.ts";
import type { RecordImage } from "../uploads/record.ts";

/** Images of a message that is not uploaded yet: the description that came with the file is the first one. */
export function toModalImages(files: readonly SlackFile[]): ModalImage[] {
  return files.map((file) => ({
    fileId: file.id,
    name: file.name,
    bytes: file.sizeBytes,
    isPreviewable: PREVIEWABLE.has(file.mediaType ?? ""),
    base: "file",
    alt: toAlt(file.altText),
    link: "",
    decorative: false,
  }));
}

/** Images as the record has them. */
export function toRecordedModalImages(images: readonly RecordImage[]): ModalImage[] {
  return images
    .filter(({ state }) => state !== "deleted")
    .map((image) => ({
      fileId: image.fileId,
      name: image.name,
      bytes: image.bytes,
      isPreviewable: image.state === "uploaded" && PREVIEWABLE.has(image.type),
      base: "record",
      alt: image.alt,
      link: image.link ?? "",
      decorative: image.decorative ?? false,
    }));
}

/** Slack refuses a view whose field holds more than it takes, and nobody should be blamed for what they did not write. */
function toAlt(altText: string): string {
  const alt = truncate(altText.replaceAll(/\s+/gu, " ").trim(), MAX_ALT_LENGTH);
  return inspectAltText(alt) === undefined ? alt : "";
}

const PREVIEWABLE: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);
