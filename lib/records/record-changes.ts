import { type FailureCode, identityOf, type RecordImage, type UploadRecord } from "./record.ts";

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

/** Somebody changed this of an image's tag; a field that is absent was left as it is. */
export interface TagEdit {
  fileId: string;
  alt?: string;
  /** "" takes the link away. */
  link?: string;
  decorative?: boolean;
}

export function withTagEdits(
  record: UploadRecord,
  edits: readonly TagEdit[],
  edited: NonNullable<RecordImage["edited"]>,
): UploadRecord {
  const byFile = new Map(edits.map((edit) => [edit.fileId, edit]));
  const isMeant = ({ fileId }: RecordImage) => byFile.has(fileId);
  return record.images.some(isMeant)
    ? { ...record, images: record.images.map((image) => editImage(image, byFile, edited)) }
    : record;
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

function editImage(
  image: RecordImage,
  edits: ReadonlyMap<string, TagEdit>,
  edited: NonNullable<RecordImage["edited"]>,
): RecordImage {
  const edit = edits.get(image.fileId);
  if (edit === undefined) {
    return image;
  }
  const { link: present, ...others } = image;
  const { link = present, decorative = image.decorative } = edit;
  const alt = decorative === true ? "" : edit.alt;
  return {
    ...others,
    edited,
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && link !== "" && { link }),
    ...(decorative !== undefined && { decorative }),
  };
}
