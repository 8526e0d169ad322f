import { isDeepStrictEqual } from "node:util";
import {
  type FailureCode,
  identityOf,
  type RecordImage,
  type Submission,
  type UploadRecord,
} from "./record.ts";

/**
 * Adds the outcomes of some images, and keeps what people wrote about them meanwhile. An image that
 * is no longer pending already has its outcome. An image that people asked to retry meanwhile
 * ignores the old failure.
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

/**
 * Returns the same record object if the image is already deleted, or there is nothing to delete.
 */
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

/** The outcome of the deletions in a record. */
export interface DeletionOutcome {
  /** The file ids of images of which nothing is left that the app can remove. */
  deleted: ReadonlySet<string>;
  /** The file ids of those whose copies the CDN refused to forget. */
  cached: ReadonlySet<string>;
  /** The `lateUntil` of the record, if that is over and nothing is left of late objects; "" if not. */
  watchedUntil?: string;
}

/** Returns the same record object if there is no news. */
export function withDeletions(record: UploadRecord, outcome: DeletionOutcome): UploadRecord {
  const { deleted, cached, watchedUntil } = outcome;
  const isNews = record.images.some(
    ({ fileId, state }) => state === "deleting" && deleted.has(fileId),
  );
  const noted = isNews
    ? mapImages(record, "deleting", (image) =>
        deleted.has(image.fileId)
          ? { ...image, state: "deleted", ...(cached.has(image.fileId) && { isCached: true }) }
          : image,
      )
    : record;
  const { lateUntil, ...unwatched } = noted;
  return lateUntil !== undefined && lateUntil === watchedUntil ? unwatched : noted;
}

/** The changes to one image's tag. An absent field was left unchanged. */
export interface TagEdit {
  fileId: string;
  alt?: string;
  /**
   * The description that came with the file, submitted unchanged. Nobody wrote it, so it replaces
   * nobody's text.
   */
  firstAlt?: string;
  /** "" removes the link. */
  link?: string;
  decorative?: boolean;
}

/** The edits of one submitted modal. */
export interface SentEdits extends Pick<Submission, "id" | "sentAt"> {
  edits: readonly TagEdit[];
}

/**
 * If two people edit the same field, the later submission wins, even from a modal opened before the
 * other was submitted: people see what they wrote. The order is that of Slack's signed times, not
 * of arrival, and an edit already in the record is not written again. So a modal replayed while its
 * signature is valid undoes nothing.
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
 * Makes images pending again that failed, or whose upload may be about to fail. `requester`, who
 * asks by shortcut, gains the right to delete these images and no others.
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
  /** One user id, or none. */
  requester: readonly string[];
}

/** Turns all pending images into failed ones. */
export function withPendingFailed(record: UploadRecord, code: FailureCode): UploadRecord {
  return mapImages(record, "pending", (image) => ({ ...identityOf(image), state: "failed", code }));
}

export function withPromise(record: UploadRecord, marker: string): UploadRecord {
  const others = record.promises.filter((present) => present !== marker);
  return { ...record, promises: [...others, marker].slice(-MAX_PROMISES) };
}

/** A promise that has dropped off the list is recognised by its marker's age. */
const MAX_PROMISES = 20;

/** Returns the same record object if no image is in that state. */
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

/** A signature is valid for 300 s, by a clock that may be off by as much. */
const REPLAY_SECONDS = 900;

function isEditable({ state }: RecordImage): boolean {
  return state !== "deleting" && state !== "deleted";
}

/** Marking an image as decorative clears its description, so the two count as one field. */
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

/**
 * Returns the same image object if the edit changes nothing, so that nobody is noted as its editor.
 */
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
