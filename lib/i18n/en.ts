import type { FailureCode } from "../uploads/record.ts";

/** Every sentence that a person sees, in one language. Sizes come formatted, names as they are. */
export interface Messages {
  uploading(count: number): string;
  /** The line that notifications show. */
  uploaded(names: string): string;
  nothingUploaded: string;
  tagTooLong: string;
  /** Why an image was not uploaded, and what to do. */
  failures: Readonly<Record<FailureCode, (facts: FailureFacts) => string>>;
}

export interface FailureFacts {
  size: string | undefined;
  limit: string;
}

export const en: Messages = {
  uploading: (count) => `Uploading ${count} ${count === 1 ? "image" : "images"}…`,
  uploaded: (names) => `Uploaded: ${names}`,
  nothingUploaded: "No files were uploaded.",
  tagTooLong: "This tag is too long to be shown in Slack.",
  failures: {
    too_large: ({ size, limit }) =>
      size === undefined
        ? `It is larger than the limit of ${limit}. Make it smaller and post it again.`
        : `It has ${size} and the limit is ${limit}. Make it smaller and post it again.`,
    not_an_image: () =>
      "It is not a PNG, JPG, GIF, WebP or AVIF image. Export it as one of these and post it again.",
    no_access: () =>
      "The app may not read it. Invite the app to this channel; if it is here already, its permission files:read is missing.",
    gone: () => "It is no longer in Slack. Post it again.",
    external: () =>
      "It is kept outside Slack or belongs to another organization. Post the image itself.",
    not_downloaded: () => "Slack did not hand it over. Post it again in a moment.",
    not_stored: () =>
      "It could not be stored. Post it again in a moment; if that fails too, tell whoever runs this app.",
  },
};
