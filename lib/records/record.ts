import * as v from "valibot";
import { formRef, messageRef, type RecordRef } from "./record-ref.ts";

/** Why an image was not published. Each code has a sentence in `lib/i18n`. */
export const FAILURE_CODES = [
  "empty",
  "too_large",
  "too_many_pixels",
  "not_an_image",
  "svg",
  "tiff_or_bmp",
  "jxl",
  "heic",
  "not_safe",
  "no_access",
  "gone",
  "external",
  "not_ready",
  "not_downloaded",
  "not_stored",
  "not_processed",
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** Slack or S3 failed for a moment; nothing is wrong with the image. */
const PASSING_FAILURES: ReadonlySet<FailureCode> = new Set([
  "not_ready",
  "not_downloaded",
  "not_stored",
]);

/**
 * Failures that a retry may overcome, because somebody invites the app, or Slack has a preview of
 * the HEIC by then. All others are verdicts on the file.
 */
const RETRIABLE_FAILURES: ReadonlySet<FailureCode> = new Set([
  ...PASSING_FAILURES,
  "heic",
  "no_access",
  "not_processed",
]);

export const RECORD_VERSION = 2;

const Time = v.pipe(v.string(), v.isoTimestamp());

const ImageBase = {
  fileId: v.string(),
  name: v.string(),
  /** Chosen with the claim, so that every attempt writes the same object. */
  uuid: v.string(),
  /**
   * Absent until Slack was asked for the file's own description; "" if there is none or the image
   * is decorative.
   */
  alt: v.optional(v.string()),
  link: v.optional(v.string()),
  decorative: v.optional(v.boolean()),
  /** The last edit of alt, link or decorative: user id and time. */
  edited: v.optional(v.object({ by: v.string(), at: Time })),
  /** The user ids of people who asked for the upload by shortcut or form. */
  requestedBy: v.array(v.string()),
  /** How often people asked for a retry. */
  retries: v.number(),
  /** The size of the published image; for a failed image the size of the file, if known. */
  bytes: v.optional(v.number()),
};

const PendingImage = v.object({ ...ImageBase, state: v.literal("pending") });
const FailedImage = v.object({
  ...ImageBase,
  state: v.literal("failed"),
  code: v.picklist(FAILURE_CODES),
});
const UploadedImage = v.object({
  ...ImageBase,
  state: v.literal("uploaded"),
  alt: v.string(),
  key: v.string(),
  /** Media type. */
  type: v.string(),
  /** The displayed size in pixels, which browsers report as the natural size. */
  width: v.number(),
  height: v.number(),
  /** Image pixels per CSS pixel of the tag, if not one. */
  density: v.optional(v.number()),
  bytes: v.number(),
  /** The hash of the published bytes. */
  sha256: v.string(),
  /** One word for each kind of metadata that was removed, never the values. */
  removed: v.optional(v.array(v.string())),
  /** The file in Slack, if the published image differs from it. */
  original: v.optional(
    v.object({
      /** Media type. */
      type: v.string(),
      bytes: v.number(),
      width: v.optional(v.number()),
      height: v.optional(v.number()),
    }),
  ),
  /** Slack's own preview replaces a file that could not be converted. */
  isPreview: v.optional(v.literal(true)),
  /** The variants, ascending by width. */
  variants: v.optional(v.array(v.object({ key: v.string(), width: v.number() }))),
});

const Deletion = {
  ...ImageBase,
  /**
   * Absent if the image was deleted before its upload was recorded. Its objects are found by the
   * uuid.
   */
  key: v.optional(v.string()),
  /** User id. */
  deletedBy: v.string(),
  deletedAt: Time,
};
/** The deletion is promised, but objects of the image may still be in the bucket. */
const DeletingImage = v.object({ ...Deletion, state: v.literal("deleting") });
const DeletedImage = v.object({
  ...Deletion,
  state: v.literal("deleted"),
  /** The CDN refused to forget its copies. */
  isCached: v.optional(v.literal(true)),
});

const RecordImage = v.variant("state", [
  PendingImage,
  FailedImage,
  UploadedImage,
  DeletingImage,
  DeletedImage,
]);
export type RecordImage = v.InferOutput<typeof RecordImage>;
export type UploadedImage = v.InferOutput<typeof UploadedImage>;

const MessageSource = v.object({
  type: v.literal("message"),
  channelId: v.string(),
  ts: v.string(),
  /** The thread that the reply goes to. */
  threadTs: v.string(),
});

/** The slash command's form. Its reply goes to the app's direct message with the sender. */
const FormSource = v.object({
  type: v.literal("form"),
  viewId: v.string(),
  userId: v.string(),
  sentAt: Time,
});

/** A submitted modal, and the fields it changed per image. */
const Submission = v.object({
  id: v.string(),
  /** Epoch seconds, as signed by Slack. */
  sentAt: v.number(),
  fields: v.array(v.string()),
});
export type Submission = v.InferOutput<typeof Submission>;

/** The place of the reply: one `ts` per part, in order. */
const Reply = v.object({ channelId: v.string(), ts: v.array(v.string()) });
export type Reply = v.InferOutput<typeof Reply>;

const UploadRecord = v.object({
  version: v.literal(RECORD_VERSION),
  teamId: v.string(),
  source: v.variant("type", [MessageSource, FormSource]),
  /** The id of the person who posted the images. */
  uploader: v.optional(v.string()),
  /** The teams whose files are published, as in `SlackMessage.homeTeamIds`. */
  homeTeamIds: v.optional(v.array(v.string())),
  /** Present while somebody uploads the images. Only the holder writes to the conversation. */
  lease: v.optional(
    v.object({
      id: v.string(),
      /** The holder counts as dead after this. */
      until: Time,
      /** The id of the marker that promises this work. */
      marker: v.string(),
    }),
  ),
  /**
   * A worker that was taken for dead may be alive until this time, because clocks differ. Absent
   * again once deleted images were checked after it.
   */
  lateUntil: v.optional(Time),
  /** Absent until the reply is posted. */
  reply: v.optional(Reply),
  /** The ids of the latest promises written into this record, kept or not. */
  promises: v.array(v.string()),
  /**
   * The modals whose edits are written into this record, for as long as Slack's signature on them
   * may be valid.
   */
  submissions: v.optional(v.array(Submission)),
  images: v.array(RecordImage),
});

/**
 * The record of one source message or form: the claim, the lease and the memory for later edits,
 * stored as one JSON object in S3. `record-v1.ts` reads records of version 1.
 */
export type UploadRecord = v.InferOutput<typeof UploadRecord>;
export type Lease = NonNullable<UploadRecord["lease"]>;

export const RecordSchema = UploadRecord;

export function refOf({ teamId, source }: UploadRecord): RecordRef {
  return source.type === "message"
    ? messageRef({ teamId, ...source })
    : formRef({ teamId, viewId: source.viewId });
}

/** `now` has the same format as `until`, so the two compare as text. */
export function isLeaseAlive({ lease }: UploadRecord, now: string): boolean {
  return lease !== undefined && lease.until > now;
}

/**
 * Whether a worker that was taken for dead might still put an object of a deleted image, or nobody
 * has looked for one since.
 */
export function isWatched(record: UploadRecord): boolean {
  const { lateUntil } = record;
  return lateUntil !== undefined && (hasImage(record, "deleting") || hasImage(record, "deleted"));
}

export function hasImage({ images }: UploadRecord, state: RecordImage["state"]): boolean {
  return images.some((image) => image.state === state);
}

/** Whether a retry may help without anybody asking for it. */
export function isPassingFailure(image: RecordImage): boolean {
  return image.state === "failed" && PASSING_FAILURES.has(image.code);
}

/** Whether a retry may help, so that people are offered one. */
export function isRetriable(image: RecordImage): boolean {
  return image.state === "failed" && RETRIABLE_FAILURES.has(image.code);
}

/**
 * Rights belong to an image: its author, people who asked for its upload, and administrators may
 * delete it.
 */
export function mayDelete(
  record: UploadRecord,
  { fileId, userId, adminUserIds }: ImageRight,
): boolean {
  const image = record.images.find((candidate) => candidate.fileId === fileId);
  return (
    record.uploader === userId ||
    image?.requestedBy.includes(userId) === true ||
    adminUserIds.has(userId)
  );
}

export interface ImageRight {
  fileId: string;
  userId: string;
  adminUserIds: ReadonlySet<string>;
}

/** The fields that an image has in every state. */
export function identityOf(image: RecordImage) {
  const { fileId, name, uuid, requestedBy, retries, alt, link, decorative, edited } = image;
  return {
    fileId,
    name,
    uuid,
    requestedBy,
    retries,
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && { link }),
    ...(decorative !== undefined && { decorative }),
    ...(edited !== undefined && { edited }),
  };
}
