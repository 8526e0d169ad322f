import { randomUUID } from "node:crypto";
import type { AnswerPorts } from "../ports.ts";
import { isStub, type SlackFile } from "../slack/file.ts";
import { StorageError } from "../storage/storage-error.ts";
import { adviseOnStore } from "../storage/store-advice.ts";
import { toFirstAlt } from "../tag/alt-text.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { type Intent, newMarker } from "./marker-store.ts";
import {
  hasImage,
  isLeaseAlive,
  type Lease,
  mayDelete,
  RECORD_VERSION,
  type RecordImage,
  type UploadRecord,
} from "./record.ts";
import {
  type SentEdits,
  withDeleting,
  withPromise,
  withRetry,
  withTagEdits,
} from "./record-changes.ts";
import type { RecordRef } from "./record-ref.ts";
import { RecordError, type StoredRecord } from "./record-store.ts";

/** A change that somebody requests to an existing record. */
export interface Amendment {
  intent: Intent;
  /** The id of the person who asks. */
  userId?: string | undefined;
  edits?: SentEdits;
  /** The file id of the image to delete. Nothing happens if `userId` may not delete it. */
  deletedFileId?: string;
  /**
   * Whether `userId` requests the upload of new or retried images, and so gains the right to delete
   * them.
   */
  isRequest?: boolean;
  /** Selects the images to retry, among those that failed or may be about to. */
  isRetried?: (image: RecordImage) => boolean;
}

/** The images to upload, and their source. */
export interface UploadRequest extends Amendment {
  ref: RecordRef;
  teamId: string;
  source: UploadRecord["source"];
  uploader?: string | undefined;
  /** As in `SlackMessage.homeTeamIds`. */
  homeTeamIds?: readonly string[] | undefined;
  files: readonly SlackFile[];
}

/** A stored promise: the record, and what the caller has to do about it. */
export interface Claim extends StoredRecord {
  /** The id of the promise's marker; absent if nothing had to be promised. */
  marker: string | undefined;
  /** Whether the caller holds the lease and so does the upload. */
  isOurs: boolean;
  /**
   * Whether the record existed before, so that the caller must first look for what is done already.
   */
  isTakenOver: boolean;
  /** Whether the record lists the promise. If not, somebody else made the same promise before. */
  isPromised: boolean;
  /** The files as Slack described them. The record keeps only ids and names. */
  files: readonly SlackFile[];
}

/**
 * Stores the record with its uuids, and its marker, before anything else happens. One of any number of
 * callers, on any number of instances, gets the lease. `undefined`: an existing record is unreadable, and
 * is left alone.
 *
 * The marker comes first: a crash in between leaves a marker without a record, which a sweep removes. For
 * a posted message, both are written at the same time to save time. A crash may then leave a record
 * without a marker, and Slack without a response. Slack delivers the message again, and that claim writes
 * its own marker; failing that, a sweep finds that the app never replied. Nobody repeats what a person
 * sent by form or shortcut, so for those the marker is always stored before the record.
 */
export function claimUpload(
  ports: AnswerPorts,
  request: UploadRequest,
): Promise<Claim | undefined> {
  const { ref, files } = request;
  return guard(ports, ref, async () => {
    const promise = newPromise(ports);
    const marking = ports.markers.write(ref, promise.marker, newMarker("upload", promise.now));
    await (request.isRequest === true && marking);
    const [{ isNew, ...present }] = await Promise.all([
      ports.records.create(ref, newRecord(request, promise)),
      marking,
    ]);
    if (isNew) {
      logEdits(ports, present, { userId: request.userId, now: promise.now });
    }
    return isNew
      ? { ...present, ...OURS, isTakenOver: false, marker: promise.marker, files }
      : { ...(await amendStored(ports, present, { amendment: request, promise })), files };
  });
}

/** Does the same for an existing record. `undefined`: the record is missing or unreadable. */
export function amendRecord(
  ports: AnswerPorts,
  ref: RecordRef,
  amendment: Amendment,
): Promise<Claim | undefined> {
  return guard(ports, ref, async () => {
    const stored = await ports.records.read(ref);
    if (stored === undefined) {
      return undefined;
    }
    const promise = newPromise(ports);
    if (amend(stored.record, { ports, amendment, promise }) === stored.record) {
      return { ...stored, ...UNCHANGED };
    }
    await ports.markers.write(ref, promise.marker, newMarker(amendment.intent, promise.now));
    return amendStored(ports, stored, { amendment, promise });
  });
}

/** The parts of a promise that a claim writes into the record. */
export interface UploadPromise {
  lease: Lease;
  marker: string;
  /** ISO 8601. */
  now: string;
}

/** `marker` is the id of an existing promise's marker. */
export function newPromise({ clock }: AnswerPorts, marker: string = randomUUID()): UploadPromise {
  const nowMs = clock.now();
  return {
    marker,
    now: new Date(nowMs).toISOString(),
    lease: {
      id: randomUUID(),
      until: new Date(nowMs + TIME_PLAN.leaseMs).toISOString(),
      marker,
    },
  };
}

/** Amends a record whose marker is already written or being written. */
export async function amendStored(
  ports: AnswerPorts,
  stored: StoredRecord,
  { amendment, promise }: { amendment: Amendment; promise: UploadPromise },
): Promise<Claim> {
  const updated = await ports.records.update(stored, (record) =>
    amend(record, { ports, amendment, promise }),
  );
  logEdits(ports, updated, { userId: amendment.userId, now: promise.now });
  const { lease, promises } = updated.record;
  return {
    ...updated,
    marker: promise.marker,
    isOurs: lease?.id === promise.lease.id,
    isTakenOver: true,
    isPromised: promises.includes(promise.marker),
    files: [],
  };
}

/** Treats the holder of an expired lease as dead, and notes until when that may be wrong. */
export function withOvertaken(record: UploadRecord, now: string): UploadRecord {
  const { lease, lateUntil = now } = record;
  if (lease === undefined || isLeaseAlive(record, now)) {
    return record;
  }
  const until = new Date(Date.parse(lease.until) + TIME_PLAN.skewMs).toISOString();
  return until > lateUntil ? { ...record, lateUntil: until } : record;
}

const OURS = { isOurs: true, isPromised: true } as const;
const UNCHANGED = {
  marker: undefined,
  isOurs: false,
  isTakenOver: true,
  isPromised: false,
  files: [],
} as const;

/** Logs who edited a tag, never what they wrote. */
function logEdits(
  { logger }: AnswerPorts,
  { ref, record }: StoredRecord,
  { userId: user, now }: { userId: string | undefined; now: string },
): void {
  for (const { fileId: file, edited } of record.images) {
    if (user !== undefined && edited?.by === user && edited.at === now) {
      logger.info("tags.edited", { record: ref, file, user });
    }
  }
}

async function guard(
  { logger }: AnswerPorts,
  ref: RecordRef,
  work: () => Promise<Claim | undefined>,
): Promise<Claim | undefined> {
  try {
    const claim = await work();
    if (claim?.isOurs === true) {
      const { record, isTakenOver } = claim;
      logger.info("upload.claimed", { record: ref, images: record.images.length, isTakenOver });
    }
    return claim;
  } catch (error) {
    if (error instanceof RecordError) {
      logger.error("record.unreadable", { record: ref });
      return undefined;
    }
    if (error instanceof StorageError) {
      const { status, code } = error;
      logger.error("upload.unclaimed", {
        record: ref,
        status,
        code,
        advice: adviseOnStore(error),
      });
    }
    throw error;
  }
}

function newRecord(request: UploadRequest, { lease, marker, now }: UploadPromise): UploadRecord {
  const { teamId, source, uploader, userId, homeTeamIds, files, edits } = request;
  const requestedBy = request.isRequest === true && userId !== undefined ? [userId] : [];
  const record: UploadRecord = {
    version: RECORD_VERSION,
    teamId,
    source,
    ...(uploader !== undefined && { uploader }),
    ...(homeTeamIds && { homeTeamIds: [...homeTeamIds] }),
    lease,
    promises: [marker],
    images: files.map((file) => ({
      fileId: file.id,
      name: file.name,
      uuid: randomUUID(),
      requestedBy,
      retries: 0,
      ...(!isStub(file) && { alt: toFirstAlt(file.altText) }),
      state: "pending",
    })),
  };
  return userId === undefined || edits === undefined
    ? record
    : withTagEdits(record, edits, { by: userId, at: now });
}

interface Amending {
  ports: AnswerPorts;
  amendment: Amendment;
  promise: UploadPromise;
}

/**
 * Returns the same record object if there is nothing to change: everything is done, or somebody is
 * working on it.
 */
function amend(record: UploadRecord, { ports, amendment, promise }: Amending): UploadRecord {
  const { userId, isRequest, isRetried } = amendment;
  const changed = userId === undefined ? record : change(record, { ports, amendment, promise });
  const requester = isRequest === true && userId !== undefined ? [userId] : [];
  const retried = isRetried === undefined ? changed : withRetry(changed, { isRetried, requester });
  const isLeft = hasImage(retried, "pending") && !isLeaseAlive(retried, promise.now);
  if (!isLeft) {
    return retried === record ? record : withPromise(retried, promise.marker);
  }
  // Finishing what somebody else began grants no rights, because the images may already be in the
  // thread.
  const overtaken = withOvertaken(retried, promise.now);
  return { ...withPromise(overtaken, promise.marker), lease: promise.lease };
}

function change(record: UploadRecord, { ports, amendment, promise }: Amending): UploadRecord {
  const { userId = "", edits, deletedFileId: fileId } = amendment;
  const edited = edits ? withTagEdits(record, edits, { by: userId, at: promise.now }) : record;
  const { adminUserIds } = ports.config;
  return fileId !== undefined && mayDelete(record, { fileId, userId, adminUserIds })
    ? withDeleting(edited, { fileId, by: userId, at: promise.now })
    : edited;
}
