import type { AltTextProblem } from "../tag/alt-text.ts";
import type { FailureCode } from "../records/record.ts";
import type { TagFormat } from "../tag/render-tag.ts";

/**
 * Every sentence that people see, in one language. Callers format sizes; names are inserted
 * unchanged.
 */
export interface Messages {
  uploading(count: number): string;
  /** The line that notifications show. */
  uploaded(summary: UploadSummary): string;
  nothingUploaded: string;
  /** Stands above the failed images of a reply that also has other images. */
  notUploaded(count: number): string;
  /** Follows the size of an image whose location was removed. */
  locationRemoved: string;
  credentialsRemoved: string;
  hdrRemoved: string;
  /** Follows a size that is half the image's pixels. */
  halved(pixels: string): string;
  /** Follows the size of Slack's preview, used if a file could not be converted. */
  previewTaken: string;
  /** Stands above the buttons of an image without a description. */
  noDescription: string;
  /** Follows the name of an image that is not uploaded yet. */
  pending: string;
  /** Follows the name of an image that is being deleted. */
  deleting: string;
  /** Follows the name of a deleted image. */
  deleted: string;
  /** Follows the name of a deleted image whose copies the CDN refused to forget. */
  deletedButCached: string;
  /** Labels for the tags of an image that has several. */
  formats: Readonly<Record<TagFormat, string>>;
  tagTooLong: string;
  /** Why an image was not uploaded, and what to do about it. */
  failures: Readonly<Record<FailureCode, (facts: FailureFacts) => string>>;
  editTags: string;
  deleteImage: string;
  retryUpload: string;
  confirmDelete: { title: string; question: string; confirm: string; deny: string };
  /** Labels. Slack allows 24 characters for the title and the two buttons. */
  modal: {
    title: string;
    /** The button for a first upload, and the one for an uploaded image. */
    upload: string;
    submit: string;
    close: string;
    loading: string;
    saving: string;
    /** Shown if there is no thread. */
    uploading: string;
    /** Stands above the fields of each image of the form during the upload. */
    uploadingEach: string;
    noImages: string;
    /** The app is not in the conversation. */
    notInvited: string;
    stillUploading: string;
    recordGone: string;
    /** Every image of the message was deleted. */
    deleted: string;
    unavailable: string;
    moreImages(count: number): string;
  };
  fields: {
    link: string;
    alt: string;
    altHint: string;
    decorativeLabel: string;
    decorative: string;
    files: string;
    filesHint: string;
  };
  /** Shown under a field. */
  badLink: string;
  badAlt: Readonly<Record<AltTextProblem, string>>;
  /** Shown under the description of an image that is marked as decorative. */
  describedDecorative: string;
  noFiles: string;
  /** Only the person sees these. */
  membersOnly: string;
  notAllowedToDelete: string;
  recordGone: string;
  conflict: string;
  /** The requested modal could not be opened in time. */
  triggerExpired: string;
  help(version: string): string;
}

export interface UploadSummary {
  /** The joined names of the uploaded images; empty if all were deleted. */
  names: string;
  uploaded: number;
  failed: number;
}

export interface FailureFacts {
  size: string | undefined;
  limit: string;
  maxMegapixels: number;
}

export const en: Messages = {
  uploading: (count) => `Uploading ${count} ${count === 1 ? "image" : "images"}…`,
  uploaded: ({ names, uploaded, failed }) => {
    if (names === "") {
      return "Deleted.";
    }
    const images = `${uploaded} ${uploaded === 1 ? "image" : "images"} uploaded`;
    return `${images}${failed === 0 ? "" : `, ${failed} not`}: ${names}`;
  },
  nothingUploaded: "No files were uploaded.",
  notUploaded: (count) =>
    count === 1 ? "1 image was not uploaded." : `${count} images were not uploaded.`,
  locationRemoved: "location removed",
  credentialsRemoved: "content credentials removed",
  hdrRemoved: "HDR brightness removed",
  halved: (pixels) => `half of ${pixels} pixels`,
  previewTaken: "Slack's preview, because the photo could not be converted",
  noDescription: "No description yet",
  pending: "still uploading…",
  deleting: "being deleted…",
  deleted: "deleted",
  deletedButCached:
    "deleted from the bucket, but the CDN kept its copies, so pages may show it for up to a year. Tell an app administrator.",
  formats: {
    html: "HTML",
    wrapped: "HTML with wrapper",
    markdown: "Markdown",
    url: "URL",
    custom: "Template",
    picture: "Responsive HTML",
  },
  tagTooLong: "This tag is too long for Slack to show.",
  failures: {
    empty: () => "This file is empty. Export it again and post that.",
    too_large: ({ size, limit }) =>
      size === undefined
        ? `It is larger than the limit of ${limit}. Make it smaller and post it again.`
        : `It is ${size}; the limit is ${limit}. Make it smaller and post it again.`,
    too_many_pixels: ({ maxMegapixels }) =>
      `It has more than ${maxMegapixels} megapixels. Scale it down and post it again.`,
    svg: () =>
      "SVG files can contain scripts that run on the page that shows them. Export it as PNG and post that.",
    tiff_or_bmp: () =>
      "TIFF and BMP are not common on the web. Export it as PNG or JPG and post that.",
    jxl: () => "JPEG XL is not yet shown by every browser. Export it as PNG or JPG and post that.",
    heic: () =>
      "This HEIC photo could not be converted. Export it as JPG and post that. To take JPG photos with an iPhone, choose Settings → Camera → Formats → Most Compatible.",
    not_an_image: () =>
      "This is not a PNG, JPG, GIF, WebP, AVIF or HEIC image. Export it as PNG or JPG and post that.",
    not_safe: () =>
      "This file is damaged, so we can't be sure that all private data was removed. Export it again and post that.",
    no_access: () =>
      "The app can't read this file. Invite the app to this channel. If it is already here, it needs the permission files:read.",
    gone: () => "This file is no longer in Slack. Post it again.",
    external: () =>
      "This file is stored outside Slack or belongs to another organization. Post the image itself.",
    not_ready: () => "Slack is still preparing this file. Try again in a moment.",
    not_downloaded: () => "It couldn't be downloaded from Slack. Try again in a moment.",
    not_stored: () =>
      "It couldn't be stored. Try again in a moment. If that fails, tell the person who runs this app.",
    not_processed: () =>
      "It couldn't be uploaded after several attempts. Try again. If that fails, export the image again and post that.",
  },
  editTags: "Edit link & description",
  deleteImage: "Delete",
  retryUpload: "Retry",
  confirmDelete: {
    title: "Delete this image?",
    question:
      "It is removed from the bucket now. Pages that use it will miss it; caches may keep it for a while. You can't undo this.",
    confirm: "Delete",
    deny: "Cancel",
  },
  modal: {
    title: "Upload to S3",
    upload: "Upload",
    submit: "Save",
    close: "Close",
    loading: "One moment…",
    saving:
      "Uploading… The tags will appear here in a moment, and in the thread. If the app can't post in this conversation, you will find them in its direct messages.",
    uploading:
      "Uploading… The tags will appear here in a moment, and in your direct messages with this app.",
    uploadingEach:
      "Uploading… Add a description and a link to each image here. The tags will appear in your direct messages with this app, and change when you save.",
    noImages: "There are no images in this message.",
    notInvited:
      "The app can't see the images in this conversation. Invite it with /invite @Upload to S3 and try again, or upload the images with /upload-to-s3, which works anywhere.",
    stillUploading:
      "Saved. The upload is still in progress. The tags will appear in the thread, or in your direct messages with this app.",
    recordGone:
      "This upload's record no longer exists. To upload the images again, use the message shortcut “Upload to S3” on their message.",
    deleted: "This image was deleted. To upload it again, post it again.",
    unavailable: "Something went wrong. Try again in a moment.",
    moreImages: (count) =>
      `${count} more ${count === 1 ? "image is" : "images are"} uploaded, too. You can edit them in the thread.`,
  },
  fields: {
    link: "Link",
    alt: "Description",
    altHint: "What the image shows, in one sentence, for people who cannot see it.",
    decorativeLabel: "Decorative image",
    decorative: "No description needed",
    files: "Images",
    filesHint:
      "If you choose several images, you can add a description and a link to each in the next step.",
  },
  badLink: "Enter a full address that begins with https://, http:// or mailto:",
  badAlt: {
    too_long: "Use at most 500 characters.",
    several_lines: "Write it on one line.",
    file_name:
      "This is a file name. Describe what the image shows, for example: “Two children plant a tree in a park”.",
    says_nothing:
      "Describe what the image shows, for example: “Two children plant a tree in a park”. Or leave this empty and tick “Decorative image”.",
  },
  describedDecorative:
    "A decorative image has no description. Clear this field or untick “Decorative image”.",
  noFiles: "Choose at least one image.",
  membersOnly: "Only members of this workspace can do this.",
  notAllowedToDelete:
    "Only the person who posted or uploaded this image, or an app administrator, can delete it.",
  recordGone: "This upload's record no longer exists.",
  triggerExpired: "That took too long, so the window couldn't open. Try again.",
  conflict: "Somebody else is editing this right now. Try again in a moment.",
  help: (version) =>
    [
      "`/upload-to-s3` opens a form in any conversation. Add up to 10 images, and the app sends you their tags.",
      "In a channel that the app was invited to, images are uploaded automatically. On any other message, use the message shortcut *Upload to S3*.",
      `Version ${version}`,
    ].join("\n"),
};
