import * as v from "valibot";
import { METADATA_KINDS } from "../image/metadata-kinds.ts";

/** Why an image was not published; each has a sentence in the catalogue of `lib/i18n`. */
export const FAILURE_CODES = [
  "too_large",
  "too_many_pixels",
  "not_an_image",
  "svg",
  "tiff_or_bmp",
  "heic",
  "not_safe",
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
  /** Absent while Slack has not been asked what came with the file; "" until somebody writes one, or when decorative. */
  alt: v.optional(v.string()),
  link: v.optional(v.string()),
  decorative: v.optional(v.boolean()),
  /** Of what was published; of a failed image that of the file, when it is known. */
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
  /** Of what was published. */
  sha256: v.string(),
  /** What was taken out of it, one word each, never the values. */
  removed: v.optional(v.array(v.picklist(METADATA_KINDS))),
  /** The file in Slack, when another picture was made of it. */
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

const DeletedImage = v.object({
  ...ImageBase,
  state: v.literal("deleted"),
  key: v.string(),
  /** User id. */
  deletedBy: v.string(),
  deletedAt: v.pipe(v.string(), v.isoTimestamp()),
});

const RecordImage = v.variant("state", [PendingImage, FailedImage, UploadedImage, DeletedImage]);
export type RecordImage = v.InferOutput<typeof RecordImage>;
export type UploadedImage = v.InferOutput<typeof UploadedImage>;

const MessageSource = v.object({
  type: v.literal("message"),
  channelId: v.string(),
  ts: v.string(),
  /** Of the thread that the reply goes to. */
  threadTs: v.string(),
});
export type MessageSource = v.InferOutput<typeof MessageSource>;

/** Files sent through the slash command's form have no message, hence no reply. */
const FormSource = v.object({ type: v.literal("form"), viewId: v.string() });

const UploadRecord = v.object({
  version: v.literal(RECORD_VERSION),
  state: v.picklist(["uploading", "done"]),
  /** ISO 8601: until then its owner, `leaseId`, is at work. */
  leaseUntil: v.pipe(v.string(), v.isoTimestamp()),
  leaseId: v.string(),
  teamId: v.string(),
  source: v.variant("type", [MessageSource, FormSource]),
  /** User id of whoever posted the images. */
  uploader: v.optional(v.string()),
  /** User ids of those who asked for the upload by shortcut or form. */
  requestedBy: v.array(v.string()),
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

/**
 * The same record with the outcome of one image; what people wrote of it meanwhile stays. An image that is not pending
 * any more has its outcome: a worker that was taken for dead comes too late.
 */
export function withOutcome(record: UploadRecord, outcome: RecordImage): UploadRecord {
  const { link: _link, decorative: _decorative, ...facts } = outcome;
  return {
    ...record,
    images: record.images.map((present) =>
      present.fileId === outcome.fileId && present.state === "pending"
        ? { ...facts, ...identityOf(present), name: outcome.name }
        : present,
    ),
  };
}

/** The same record with one image deleted. */
export function withDeleted(
  record: UploadRecord,
  deletion: { fileId: string; deletedBy: string; deletedAt: string },
): UploadRecord {
  return {
    ...record,
    images: record.images.map((image) =>
      image.fileId === deletion.fileId && image.state === "uploaded"
        ? { ...identityOf(image), state: "deleted", key: image.key, ...deletion }
        : image,
    ),
  };
}

/** What somebody changed of an image's tag; a field that is absent was left as it is. */
export interface TagEdit {
  fileId: string;
  alt?: string;
  /** "" takes the link away. */
  link?: string;
  decorative?: boolean;
}

export function withTagEdits(record: UploadRecord, edits: readonly TagEdit[]): UploadRecord {
  const byFile = new Map(edits.map((edit) => [edit.fileId, edit]));
  return { ...record, images: record.images.map((image) => editImage(image, byFile)) };
}

/** The same record with its failed images to be tried again, or `undefined` when there are none. */
export function withFailedPending(record: UploadRecord): UploadRecord | undefined {
  return record.images.some(({ state }) => state === "failed")
    ? {
        ...record,
        state: "uploading",
        images: record.images.map((image) =>
          image.state === "failed" ? { ...identityOf(image), state: "pending" } : image,
        ),
      }
    : undefined;
}

/** What an image has in every state. */
export function identityOf({ fileId, name, uuid, alt, link, decorative }: RecordImage) {
  return {
    fileId,
    name,
    uuid,
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && { link }),
    ...(decorative !== undefined && { decorative }),
  };
}

function editImage(image: RecordImage, edits: ReadonlyMap<string, TagEdit>): RecordImage {
  const edit = edits.get(image.fileId);
  if (edit === undefined) {
    return image;
  }
  const { link: present, ...others } = image;
  const { link = present, decorative = image.decorative } = edit;
  const alt = decorative === true ? "" : edit.alt;
  return {
    ...others,
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && link !== "" && { link }),
    ...(decorative !== undefined && { decorative }),
  };
}
