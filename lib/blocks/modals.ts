import type { KnownBlock, ModalView } from "@slack/web-api";
import type { Messages } from "../i18n/en.ts";
import { formatBytes } from "../i18n/size.ts";
import { truncate } from "../truncate.ts";
import { DIVIDER, paragraph, plainText, richText, section, text } from "./elements.ts";
import { renderTagFields, type TagValues } from "./tag-fields.ts";

/** The `callback_id`s of the modals and of the message shortcut. */
export const CALLBACKS = {
  shortcut: "upload_to_s3",
  imageTags: "image_tags",
  uploadFiles: "upload_files",
} as const;

/** One image in the modal, as far as it is known yet. */
export interface ModalImage extends TagValues {
  fileId: string;
  name: string;
  bytes: number | undefined;
  /** Slack's image blocks accept only png, jpg and gif. */
  isPreviewable: boolean;
}

export interface ImageTagsModal {
  /** A sentence above the images. */
  notice?: string;
  images: readonly ModalImage[];
  /** At most 3,000 characters. */
  privateMetadata: string;
  /** Slack refuses the whole view if it cannot show a preview. */
  withPreviews: boolean;
}

/** Six blocks each at most beside the four of a notice and of what is left out, and a view has a hundred. */
export const MAX_MODAL_IMAGES = 16;

/** A modal for the link and description of each image. */
export function renderImageTagsModal(modal: ImageTagsModal, messages: Messages): ModalView {
  const shown = modal.images.slice(0, MAX_MODAL_IMAGES);
  const left = modal.images.length - shown.length;
  const isUploaded = shown.every(({ base }) => base === "record");
  return {
    ...frame(CALLBACKS.imageTags, messages),
    submit: plainText(isUploaded ? messages.modal.submit : messages.modal.upload),
    private_metadata: modal.privateMetadata,
    blocks: [
      ...(modal.notice === undefined ? [] : [paragraph(modal.notice), DIVIDER]),
      ...shown.flatMap((image, index): KnownBlock[] => [
        ...(index === 0 ? [] : [DIVIDER]),
        ...renderImage(image, modal.withPreviews, messages),
      ]),
      ...(left > 0 ? [DIVIDER, paragraph(messages.modal.moreImages(left))] : []),
    ],
  };
}

/** The slash command's form for files from anywhere. */
export function renderUploadFilesModal(messages: Messages): ModalView {
  return {
    ...frame(CALLBACKS.uploadFiles, messages),
    submit: plainText(messages.modal.upload),
    blocks: [
      {
        type: "input",
        block_id: FILES_BLOCK,
        label: plainText(messages.fields.files),
        hint: plainText(messages.fields.filesHint),
        element: {
          type: "file_input",
          action_id: FILES_BLOCK,
          filetypes: ["png", "jpg", "jpeg", "gif", "webp", "avif", "heic", "heif"],
          max_files: MAX_FORM_FILES,
        },
      },
      ...renderTagFields(
        FORM_SUBJECT,
        { base: "file", alt: "", link: "", decorative: false },
        messages,
      ),
    ],
  };
}

/** A modal without fields: progress, a result, or the reason why nothing can be done. */
export function renderNoticeModal(
  content: string | KnownBlock[],
  messages: Messages,
  callbackId: string = CALLBACKS.imageTags,
): ModalView {
  return {
    ...frame(callbackId, messages),
    blocks: typeof content === "string" ? [paragraph(content)] : content,
  };
}

export const FILES_BLOCK = "files";
/**
 * The subject of the form's tag fields, which apply to a single file. Several files get their own
 * fields in the next step.
 */
export const FORM_SUBJECT = "form";
export const MAX_FORM_FILES = 10;
const MAX_NAME_LENGTH = 120;

function frame(callbackId: string, messages: Messages) {
  return {
    type: "modal",
    callback_id: callbackId,
    title: plainText(messages.modal.title),
    close: plainText(messages.modal.close),
  } as const;
}

function renderImage(image: ModalImage, withPreviews: boolean, messages: Messages): KnownBlock[] {
  const name = truncate(image.name, MAX_NAME_LENGTH);
  const size = image.bytes === undefined ? [] : [text(` · ${formatBytes(image.bytes)}`)];
  const preview: KnownBlock[] =
    withPreviews && image.isPreviewable
      ? [{ type: "image", slack_file: { id: image.fileId }, alt_text: name }]
      : [];
  return [
    richText([section([text(name, { bold: true }), ...size])]),
    ...preview,
    ...renderTagFields(image.fileId, image, messages),
  ];
}
