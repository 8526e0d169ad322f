import { isDeepStrictEqual } from "node:util";
import {
  type FailureCode,
  identityOf,
  type RecordImage,
  type Submission,
  type UploadRecord,
} from "./record.ts";

/**
 * The same record with what became of some images; what people wrote of them meanwhile stays. An image that is not
 * pending any more has its outcome, and one that people want tried again waits for another than this failure.
 */
export function withOutcomes(record: UploadRecord, outcomes: readonly RecordImage[]): UploadRecord {
  const byFile = new Map(outcomes.map((outcome) => [outcome.fileId, outcome]));
  return mapImages(record, "pending", (present) => {
    const outcome = byFile.get(present.fileId);
    if (outcome === undefined) {
      return present;
    }
    const isAnswer = outcome.state === "uploaded" || outcome.retries === present.retries;
    const { link: _link, decorative: _decorative, ...facts } = outcome;
    return isAnswer ? { ...facts, ...identityOf(present), name: outcome.name } : present;
  });
}

/** The very same record when the image is deleted already, or there is nothing to delete. */
export function withDeleting(
  record: UploadRecord,
  { fileId, by, at }: { fileId: string; by: string; at: string },
): UploadRecord {
  const image = record.images.find((candidate) => candidate.fileId === fileId);
  if (image?.state !== "uploaded" && image?.state !== "pending") {
    return record;
  }
  const key = image.state === "uploaded" ? { key: image.key } : {};
  return mapImages(record, image.state, (present) =>
    present.fileId === fileId
      ? { ...identityOf(present), ...key, state: "deleting", deletedBy: by, deletedAt: at }
      : present,
  );
}

/** The objects of these files are gone. */
export function withDeleted(record: UploadRecord, fileIds: ReadonlySet<string>): UploadRecord {
  return mapImages(record, "deleting", (image) =>
    fileIds.has(image.fileId) ? { ...image, state: "deleted" } : image,
  );
}

/** Somebody changed this of an image's tag; a field that is absent was left as it was. */
export interface TagEdit {
  fileId: string;
  alt?: string;
  /** The description that came with the file, sent as it was: nobody wrote it, and it replaces nobody's. */
  firstAlt?: string;
  /** "" takes the link away. */
  link?: string;
  decorative?: boolean;
}

/** The edits of one modal that was sent. */
export interface SentEdits extends Pick<Submission, "id" | "sentAt"> {
  edits: readonly TagEdit[];
}

/**
 * When two people edit the same field, the one who sends last wins, even on a modal that was opened before the other
 * sent: people see what they wrote. The order is that of Slack's signed times, not of arrival, and what is written in
 * the record already is not written again. So a modal that is replayed, while its signature is good, undoes nothing.
 */
export function withTagEdits(
  record: UploadRecord,
  sent: SentEdits,
  edited: NonNullable<RecordImage["edited"]>,
): UploadRecord {
  const { submissions = [], images } = record;
  const isMeant = (edit: TagEdit) =>
    images.some((image) => image.fileId === edit.fileId && isEditable(image));
  const edits = sent.edits.filter(isMeant);
  if (edits.length === 0 || submissions.some(({ id }) => id === sent.id)) {
    return record;
  }
  const later = submissions.filter(({ sentAt }) => sentAt > sent.sentAt);
  const isTaken = (field: string) => later.some(({ fields }) => fields.includes(field));
  const byFile = new Map(edits.map((edit) => [edit.fileId, withoutFields(edit, isTaken)]));
  const { id, sentAt } = sent;
  return {
    ...record,
    submissions: [
      ...submissions.filter((other) => other.sentAt > sentAt - REPLAY_SECONDS),
      { id, sentAt, fields: edits.flatMap(fieldsOf) },
    ],
    images: images.map((image) => editImage(image, byFile.get(image.fileId), edited)),
  };
}

/**
 * Images that failed, or whose upload may be about to fail, are to be tried again. `requester`: whoever asks for their
 * upload by shortcut may delete them afterwards, and none of the others.
 */
export function withRetry(record: UploadRecord, { isRetried, requester }: Retry): UploadRecord {
  const again = (image: RecordImage): RecordImage =>
    isRetried(image)
      ? {
          ...identityOf(image),
          requestedBy: [...new Set([...image.requestedBy, ...requester])],
          retries: image.retries + 1,
          state: "pending",
        }
      : image;
  const { images } = mapImages(mapImages(record, "pending", again), "failed", again);
  return images.every((image, index) => image === record.images[index])
    ? record
    : { ...record, images };
}

export interface Retry {
  isRetried: (image: RecordImage) => boolean;
  /** User id, or nobody's. */
  requester: readonly string[];
}

/** Whatever is still pending has failed. */
export function withPendingFailed(record: UploadRecord, code: FailureCode): UploadRecord {
  return mapImages(record, "pending", (image) => ({ ...identityOf(image), state: "failed", code }));
}

export function withPromise(record: UploadRecord, marker: string): UploadRecord {
  const others = record.promises.filter((present) => present !== marker);
  return { ...record, promises: [...others, marker].slice(-MAX_PROMISES) };
}

/** A promise that is not listed any more is found by its marker's age. */
const MAX_PROMISES = 20;

/** The very same record when there is no image in that state. */
function mapImages<State extends RecordImage["state"]>(
  record: UploadRecord,
  state: State,
  change: (image: Extract<RecordImage, { state: State }>) => RecordImage,
): UploadRecord {
  const isMeant = (image: RecordImage): image is Extract<RecordImage, { state: State }> =>
    image.state === state;
  return record.images.some(isMeant)
    ? { ...record, images: record.images.map((one) => (isMeant(one) ? change(one) : one)) }
    : record;
}

/** A signature is good for 300 s, by a clock that is off by as much at most. */
const REPLAY_SECONDS = 900;

function isEditable({ state }: RecordImage): boolean {
  return state !== "deleting" && state !== "deleted";
}

/** Making an image decorative empties its description: the two are one field. */
function fieldsOf({ fileId, alt, link, decorative }: TagEdit): string[] {
  const isDescribed = alt !== undefined || decorative !== undefined;
  return [
    ...(link === undefined ? [] : [linkOf(fileId)]),
    ...(isDescribed ? [descriptionOf(fileId)] : []),
  ];
}

function withoutFields(edit: TagEdit, isTaken: (field: string) => boolean): TagEdit {
  const { fileId, link, alt, firstAlt, decorative } = edit;
  return {
    fileId,
    ...(firstAlt !== undefined && { firstAlt }),
    ...(link !== undefined && !isTaken(linkOf(fileId)) && { link }),
    ...(!isTaken(descriptionOf(fileId)) && {
      ...(alt !== undefined && { alt }),
      ...(decorative !== undefined && { decorative }),
    }),
  };
}

const linkOf = (fileId: string) => `${fileId}:link`;
const descriptionOf = (fileId: string) => `${fileId}:description`;

/** The very same image when it says all that already: nobody edited it then. */
function editImage(
  image: RecordImage,
  edit: TagEdit | undefined,
  edited: NonNullable<RecordImage["edited"]>,
): RecordImage {
  if (edit === undefined) {
    return image;
  }
  const { link: present, ...others } = image;
  const { link = present, decorative = image.decorative } = edit;
  const first = image.edited === undefined ? edit.firstAlt : undefined;
  const alt = decorative === true ? "" : (edit.alt ?? first);
  const changed: RecordImage = {
    ...others,
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && link !== "" && { link }),
    ...(decorative !== undefined && { decorative }),
  };
  return isDeepStrictEqual(changed, image) ? image : { ...changed, edited };
}
