import * as v from "valibot";

/** Why an image was not published; each has a sentence in the catalogue of `lib/i18n`. */
export const FAILURE_CODES = [
  "too_large",
  "not_an_image",
  "no_access",
  "gone",
  "external",
  "not_downloaded",
  "not_stored",
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export const RECORD_VERSION = 1;

export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code = "unreadable_record";
}

const ImageBase = {
  fileId: v.string(),
  name: v.string(),
  /** Chosen with the claim, so that every attempt writes the same object. */
  uuid: v.string(),
  alt: v.string(),
  link: v.optional(v.string()),
  /** Of the original; of a failed image when it is known. */
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
  key: v.string(),
  /** Media type. */
  type: v.string(),
  width: v.number(),
  height: v.number(),
  bytes: v.number(),
  sha256: v.string(),
});

const RecordImage = v.variant("state", [PendingImage, FailedImage, UploadedImage]);
export type RecordImage = v.InferOutput<typeof RecordImage>;
export type UploadedImage = v.InferOutput<typeof UploadedImage>;

const UploadRecord = v.object({
  version: v.literal(RECORD_VERSION),
  state: v.picklist(["uploading", "done"]),
  /** ISO 8601: until then its owner, `leaseId`, is at work. */
  leaseUntil: v.pipe(v.string(), v.isoTimestamp()),
  leaseId: v.string(),
  teamId: v.string(),
  channelId: v.string(),
  ts: v.string(),
  threadTs: v.string(),
  uploader: v.optional(v.string()),
  /** Whose files are published, as in `SlackMessage.homeTeamIds`. */
  homeTeamIds: v.optional(v.array(v.string())),
  /** One for each part of the reply, in order. */
  replyTs: v.array(v.string()),
  images: v.array(RecordImage),
});

/** One source message: the claim, the lease, the memory for later edits. CONTRACT: one JSON object in S3. */
export type UploadRecord = v.InferOutput<typeof UploadRecord>;

/** @throws {RecordError} when it is corrupt or of a newer version: it is left alone then. */
export function parseRecord(json: string): UploadRecord {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), UploadRecord), json);
  if (!parsed.success) {
    throw new RecordError(`Cannot read the record: it is no record of version ${RECORD_VERSION}`);
  }
  return parsed.output;
}

/** `now` in the form of `leaseUntil`: two such times compare as text. */
export function isLeaseAlive(record: UploadRecord, now: string): boolean {
  return record.leaseUntil > now;
}

/** The same record with one image replaced; an image is known by its file id. */
export function withImage(record: UploadRecord, image: RecordImage): UploadRecord {
  return {
    ...record,
    images: record.images.map((present) => (present.fileId === image.fileId ? image : present)),
  };
}
