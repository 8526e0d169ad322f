import type { KnownBlock, ModalView } from "@slack/web-api";
import {
  type ModalImage,
  renderImageTagsModal,
  renderNoticeModal,
  renderUploadFilesModal,
} from "../blocks/modals.ts";
import { renderReply, renderResult } from "../blocks/reply.ts";
import type { Config } from "../config.ts";
import { messageRef } from "../records/record-ref.ts";
import { FAILURE_CODES, type RecordImage, type UploadedImage } from "../records/record.ts";
import { renderTags } from "../replies/render-tags.ts";
import type { Settings } from "../settings.ts";
import { imageKey, variantKey } from "../storage/object-key.ts";

/** Something that the app shows, as `blocks.validate` takes it. */
export interface Sample {
  /** "the reply" */
  name: string;
  args: { message: { blocks: KnownBlock[] } } | { view: ModalView };
}

/** Every reply and modal, with an image in each state and a sentence for each failure. */
export function renderSamples(
  { publicBaseUrl, imagePrefix, maxImageBytes }: Config,
  { messages, tags, imageOptions }: Settings,
): Sample[] {
  const images = sampleImages(imagePrefix, imageOptions.variantWidths);
  const options = {
    ref: REF,
    messages,
    maxImageBytes,
    renderTags: (image: Parameters<typeof renderTags>[0]) =>
      renderTags(image, { publicBaseUrl, tags }),
  };
  const form = (base: ModalImage["base"]) =>
    renderImageTagsModal(
      {
        notice: messages.modal.noImages,
        images: ["F0SAMPLE01", "F0SAMPLE02"].map((fileId) => ({
          fileId,
          base,
          name: NAME,
          bytes: BYTES,
          alt: ALT,
          link: LINK,
          decorative: false,
          isPreviewable: false,
        })),
        privateMetadata: "",
        withPreviews: false,
      },
      messages,
    );
  return [
    ...renderReply(images, options).map(({ blocks }) => ({
      name: "the reply",
      args: { message: { blocks } },
    })),
    { name: "the modal of an upload", args: { view: form("file") } },
    { name: "the modal of an edit", args: { view: form("record") } },
    { name: "the form of the slash command", args: { view: renderUploadFilesModal(messages) } },
    {
      name: "the modal of a result",
      args: { view: renderNoticeModal(renderResult(images, options), messages) },
    },
    { name: "a notice", args: { view: renderNoticeModal(messages.modal.loading, messages) } },
  ];
}

const REF = messageRef({ teamId: "T0SAMPLE", channelId: "C0SAMPLE", ts: "1700000000.000000" });
const NAME = "sample.png";
const ALT = 'A "sample" <image> & more';
const LINK = "https://example.com/?a=1&b=2";
const BYTES = 123_456;
const TIME = "2026-01-01T00:00:00.000Z";
const UUID = "00000000-0000-4000-8000-000000000000";

function sampleImages(imagePrefix: string, widths: readonly number[]): RecordImage[] {
  const base = {
    fileId: "F0SAMPLE01",
    name: NAME,
    uuid: UUID,
    requestedBy: [],
    retries: 0,
    bytes: BYTES,
  };
  const uploaded = {
    ...base,
    state: "uploaded",
    alt: "",
    key: imageKey(imagePrefix, UUID, "png"),
    type: "image/png",
    width: 1200,
    height: 630,
    sha256: "0".repeat(64),
    variants: widths.map((width) => ({ key: variantKey(imagePrefix, UUID, width), width })),
  } as const;
  const changed: UploadedImage = {
    ...uploaded,
    alt: ALT,
    link: LINK,
    density: 2,
    removed: ["location", "credentials", "hdr"],
    original: { type: "image/heic", bytes: 2 * BYTES, width: 2400, height: 1260 },
    isPreview: true,
  };
  const deletion = { ...base, deletedBy: "U0SAMPLE", deletedAt: TIME };
  return [
    uploaded,
    changed,
    { ...base, state: "pending" },
    { ...deletion, state: "deleting" },
    { ...deletion, state: "deleted" },
    { ...deletion, state: "deleted", isCached: true },
    ...FAILURE_CODES.map((code) => ({ ...base, state: "failed", code }) as const),
  ];
}
