import type { AltTextProblem } from "../tag/alt-text.ts";
import type { FailureCode } from "../records/record.ts";

/** Every sentence that a person sees, in one language. Sizes come formatted, names as they are. */
export interface Messages {
  uploading(count: number): string;
  /** The line that notifications show. */
  uploaded(names: string): string;
  nothingUploaded: string;
  /** Behind the size of an image that told where it was taken. */
  locationRemoved: string;
  credentialsRemoved: string;
  hdrRemoved: string;
  /** Behind the size in a tag that is half of that many pixels. */
  halved(pixels: string): string;
  /** Behind the size of what Slack made of a file that could not be converted. */
  previewTaken: string;
  /** Above the buttons of an image that nobody has described. */
  noDescription: string;
  /** Behind the name of an image that is still to come. */
  pending: string;
  /** It stands behind the name of an image that is still to be deleted. */
  deleting: string;
  /** Behind the name of an image that was deleted. */
  deleted: string;
  tagTooLong: string;
  /** Why an image was not uploaded, and what to do. */
  failures: Readonly<Record<FailureCode, (facts: FailureFacts) => string>>;
  editTags: string;
  deleteImage: string;
  retryUpload: string;
  confirmDelete: { title: string; question: string; confirm: string; deny: string };
  /** Labels; Slack takes 24 characters for the title and the two buttons. */
  modal: {
    title: string;
    /** The button on a first upload, and on what is uploaded already. */
    upload: string;
    submit: string;
    close: string;
    loading: string;
    saving: string;
    /** Without a thread. */
    uploading: string;
    /** Above the fields of each image of the form, while they are uploaded. */
    uploadingEach: string;
    noImages: string;
    /** The app is not in the conversation. */
    notInvited: string;
    stillUploading: string;
    recordGone: string;
    /** All that could be edited is. */
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
  /** Under a field. */
  badLink: string;
  badAlt: Readonly<Record<AltTextProblem, string>>;
  /** Under the description of an image that is said to be decorative. */
  describedDecorative: string;
  noFiles: string;
  /** Only the person sees these. */
  membersOnly: string;
  notAllowedToDelete: string;
  recordGone: string;
  conflict: string;
  /** The modal that they asked for could not open any more. */
  triggerExpired: string;
  help(version: string): string;
}

export interface FailureFacts {
  size: string | undefined;
  limit: string;
  maxMegapixels: number;
}

export const en: Messages = {
  uploading: (count) => `Uploading ${count} ${count === 1 ? "image" : "images"}…`,
  uploaded: (names) => (names === "" ? "Deleted." : `Uploaded: ${names}`),
  nothingUploaded: "No files were uploaded.",
  locationRemoved: "location removed",
  credentialsRemoved: "content credentials removed",
  hdrRemoved: "HDR brightness removed",
  halved: (pixels) => `half of ${pixels} pixels`,
  previewTaken: "Slack's preview, for the photo itself could not be converted",
  noDescription: "No description yet",
  pending: "still working on it…",
  deleting: "being deleted…",
  deleted: "deleted",
  tagTooLong: "This tag is too long to be shown in Slack.",
  failures: {
    empty: () => "The file is empty. Export it again and post that.",
    too_large: ({ size, limit }) =>
      size === undefined
        ? `It is larger than the limit of ${limit}. Make it smaller and post it again.`
        : `It has ${size} and the limit is ${limit}. Make it smaller and post it again.`,
    too_many_pixels: ({ maxMegapixels }) =>
      `It has more than ${maxMegapixels} megapixels. Scale it down and post it again.`,
    svg: () =>
      "It is an SVG, which can carry scripts into the page that shows it. Export it as PNG and post that.",
    tiff_or_bmp: () =>
      "It is a TIFF or BMP, formats that are not common on the web. Export it as PNG or JPG and post that.",
    jxl: () =>
      "It is a JPEG XL, which is not yet shown by every browser. Export it as PNG or JPG and post that.",
    heic: () =>
      "It is a HEIC photo that could not be converted. Export it as JPG and post that; on an iPhone, Settings → Camera → Formats → Most Compatible takes JPG.",
    not_an_image: () =>
      "It is not a PNG, JPG, GIF, WebP, AVIF or HEIC image. Export it as PNG or JPG and post that.",
    not_safe: () =>
      "It is damaged, so that it cannot be made sure that nothing private is in it. Open it, export it again and post that.",
    no_access: () =>
      "The app may not read it. Invite the app to this channel; if it is here already, its permission files:read is missing.",
    gone: () => "It is no longer in Slack. Post it again.",
    external: () =>
      "It is kept outside Slack or belongs to another organization. Post the image itself.",
    not_ready: () => "Slack does not have it ready yet. Try again in a moment.",
    not_downloaded: () => "Slack did not hand it over. Try again in a moment.",
    not_stored: () =>
      "It could not be stored. Try again in a moment; if that fails too, tell whoever runs this app.",
    not_processed: () =>
      "The app gave up on it after several attempts. Try again; if that fails too, export it again and post that.",
  },
  editTags: "Edit link & description",
  deleteImage: "Delete",
  retryUpload: "Retry",
  confirmDelete: {
    title: "Delete this image?",
    question:
      "It leaves the bucket now, and pages that use it will miss it. Caches may keep showing it for a while. This cannot be undone.",
    confirm: "Delete",
    deny: "Keep it",
  },
  modal: {
    title: "Upload to S3",
    upload: "Upload",
    submit: "Save",
    close: "Close",
    loading: "One moment…",
    saving:
      "Uploading… The tags will be here in a moment, and in the thread, or in your direct messages with this app where it may not write.",
    uploading:
      "Uploading… The tags will be here in a moment, and in your direct messages with this app.",
    uploadingEach:
      "Uploading… Give each image its link and description here. The tags will be in your direct messages with this app in a moment, and change there with what you save.",
    noImages: "There are no images in this message.",
    notInvited:
      "The app cannot see the images of this conversation. Invite it with /invite @Upload to S3 and try again, or send the images through /upload-to-s3, which works anywhere.",
    stillUploading:
      "Saved. The upload is still going on: the tags will be where the app answers, in the thread or in its direct message.",
    recordGone:
      "Nothing is known of this upload any more. Use the message shortcut “Upload to S3” on the message with the images to upload them.",
    deleted: "This was deleted. Post the image again to upload it again.",
    unavailable: "This did not work. Try again in a moment.",
    moreImages: (count) =>
      `${count} more ${count === 1 ? "image is" : "images are"} uploaded too; edit them in the thread.`,
  },
  fields: {
    link: "Link",
    alt: "Description",
    altHint: "What the image shows, in one sentence, for people who cannot see it.",
    decorativeLabel: "Decorative image",
    decorative: "Decorative: no description needed",
    files: "Images",
    filesHint: "Of several images, the next step takes a link and a description for each.",
  },
  badLink: "Enter a whole address that begins with https://, http:// or mailto:",
  badAlt: {
    too_long: "At most 500 characters.",
    several_lines: "Write it in one line.",
    file_name:
      "This is a file name. Say what the image shows, for example: “Two children plant a tree in a park”.",
    says_nothing:
      "Say what the image shows, for example: “Two children plant a tree in a park”. Or leave it empty and tick “Decorative”.",
  },
  describedDecorative:
    "A decorative image has no description. Empty this field, or untick “Decorative”.",
  noFiles: "Choose at least one image.",
  membersOnly: "Only members of this workspace can do that.",
  notAllowedToDelete:
    "Only the person who posted or uploaded this image, or an administrator of the app, can delete it.",
  recordGone: "Nothing is known of this upload any more.",
  triggerExpired: "That took a moment too long, and the window could not open. Please try again.",
  conflict: "Somebody else is editing this right now. Please try again.",
  help: (version) =>
    [
      "`/upload-to-s3` opens a form that takes up to 10 images, in any conversation, and sends you their tags.",
      "Images in a channel that the app was invited to are uploaded by themselves; on any message, the shortcut *Upload to S3* does the same.",
      `Version ${version}`,
    ].join("\n"),
};
