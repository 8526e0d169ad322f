import * as v from "valibot";
import { formRef, messageRef, type RecordRef } from "./record-ref.ts";

/** Why an image was not published; each has a sentence in the catalogue of `lib/i18n`. */
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

/** Slack or S3 did not answer, or not sensibly: nothing is wrong with the image. */
const PASSING_FAILURES: ReadonlySet<FailureCode> = new Set([
  "not_ready",
  "not_downloaded",
  "not_stored",
]);

/**
 * Another try may end otherwise: somebody invites the app, or Slack has its preview of a HEIC by then. All else is a
 * verdict on the file.
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
  /** Absent while Slack has not been asked what came with the file; "" until somebody writes one, or when decorative. */
  alt: v.optional(v.string()),
  link: v.optional(v.string()),
  decorative: v.optional(v.boolean()),
  /** The last edit of alt, link or decorative: user id and time. */
  edited: v.optional(v.object({ by: v.string(), at: Time })),
  /** User ids of those who asked for the upload by shortcut or form. */
  requestedBy: v.array(v.string()),
  /** How often people asked for another try. */
  retries: v.number(),
  /** The size of what was published; of a failed image that of the file, when it is known. */
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
  /** Pixels as displayed: what a browser reports as its natural size. */
  width: v.number(),
  height: v.number(),
  /** Pixels to each CSS pixel of the tag, when it is not one. */
  density: v.optional(v.number()),
  bytes: v.number(),
  /** The hash of what was published. */
  sha256: v.string(),
  /** One word for each thing that was taken out of it, never the values. */
  removed: v.optional(v.array(v.string())),
  /** The file in Slack, when another image was made of it. */
  original: v.optional(
    v.object({
      /** Media type. */
      type: v.string(),
      bytes: v.number(),
      width: v.optional(v.number()),
      height: v.optional(v.number()),
    }),
  ),
  /** Slack's own preview stands in for a file that could not be converted. */
  isPreview: v.optional(v.literal(true)),
  /** WebP copies of other widths, ascending. */
  variants: v.optional(v.array(v.object({ key: v.string(), width: v.number() }))),
});

const Deletion = {
  ...ImageBase,
  /** Absent when it was deleted before its upload was noted: the uuid finds its objects. */
  key: v.optional(v.string()),
  /** User id. */
  deletedBy: v.string(),
  deletedAt: Time,
};
/** Promised: objects of it may still be in the bucket. */
const DeletingImage = v.object({ ...Deletion, state: v.literal("deleting") });
const DeletedImage = v.object({ ...Deletion, state: v.literal("deleted") });

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

/** The slash command's form: its reply goes to the app's direct message with its sender. */
const FormSource = v.object({
  type: v.literal("form"),
  viewId: v.string(),
  userId: v.string(),
  sentAt: Time,
});

/** A modal that was sent, and which fields of which images it changed. */
const Submission = v.object({
  id: v.string(),
  /** Epoch seconds, as Slack signed it. */
  sentAt: v.number(),
  fields: v.array(v.string()),
});
export type Submission = v.InferOutput<typeof Submission>;

/** Where the reply stands: one `ts` for each of its parts, in order. */
const Reply = v.object({ channelId: v.string(), ts: v.array(v.string()) });
export type Reply = v.InferOutput<typeof Reply>;

const UploadRecord = v.object({
  version: v.literal(RECORD_VERSION),
  teamId: v.string(),
  source: v.variant("type", [MessageSource, FormSource]),
  /** User id of whoever posted the images. */
  uploader: v.optional(v.string()),
  /** Whose files are published, as in `SlackMessage.homeTeamIds`. */
  homeTeamIds: v.optional(v.array(v.string())),
  /** Somebody uploads its images, and they alone write to its conversation; absent when nobody does. */
  lease: v.optional(
    v.object({
      id: v.string(),
      /** The worker that holds it is taken for dead after this. */
      until: Time,
      /** Id of the marker that this work is promised by. */
      marker: v.string(),
    }),
  ),
  /** A worker that was taken for dead, by a clock that may be fast, may be alive until then. */
  lateUntil: v.optional(Time),
  /** Absent until it was posted. */
  reply: v.optional(Reply),
  /** Ids of the markers whose promises are written in here; the latest ones, kept or not. */
  promises: v.array(v.string()),
  /** Modals whose edits are written in here, as long as Slack's signature of one may still be good. */
  submissions: v.optional(v.array(Submission)),
  images: v.array(RecordImage),
});

/**
 * One source message or form: the claim, the lease, the memory for later edits, one JSON object in S3. Records of
 * version 1 are read by `record-v1.ts`.
 */
export type UploadRecord = v.InferOutput<typeof UploadRecord>;
export type Lease = NonNullable<UploadRecord["lease"]>;

export const RecordSchema = UploadRecord;

export function refOf({ teamId, source }: UploadRecord): RecordRef {
  return source.type === "message"
    ? messageRef({ teamId, ...source })
    : formRef({ teamId, viewId: source.viewId });
}

/** `now` has the form of `until`: two such times compare as text. */
export function isLeaseAlive({ lease }: UploadRecord, now: string): boolean {
  return lease !== undefined && lease.until > now;
}

/** A worker that was taken for dead may still put an object of an image that is deleted. */
export function isWatched(record: UploadRecord, now: string): boolean {
  const { lateUntil = "" } = record;
  return lateUntil > now && (hasImage(record, "deleting") || hasImage(record, "deleted"));
}

export function hasImage({ images }: UploadRecord, state: RecordImage["state"]): boolean {
  return images.some((image) => image.state === state);
}

/** Another try may help, though nobody asks for it. */
export function isPassingFailure(image: RecordImage): boolean {
  return image.state === "failed" && PASSING_FAILURES.has(image.code);
}

/** Another try can help, so that people are offered one. */
export function isRetriable(image: RecordImage): boolean {
  return image.state === "failed" && RETRIABLE_FAILURES.has(image.code);
}

/** Rights belong to an image: its author, whoever asked for its upload, and administrators may delete it. */
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

/** An image has these in every state. */
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
