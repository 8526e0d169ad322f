import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { isStub, type SlackFile } from "../slack/file.ts";
import { type RecordRef, recordKey } from "../storage/object-key.ts";
import { toFirstAlt } from "../tag/alt-text.ts";
import {
  isLeaseAlive,
  RECORD_VERSION,
  RecordError,
  type TagEdit,
  type UploadRecord,
  withFailedPending,
  withTagEdits,
} from "./record.ts";
import type { RecordStore, StoredRecord } from "./record-store.ts";

/** Images that are to be uploaded, and where they come from. */
export interface UploadRequest extends Amendment {
  ref: RecordRef;
  teamId: string;
  source: UploadRecord["source"];
  uploader?: string | undefined;
  /** As in `SlackMessage.homeTeamIds`. */
  homeTeamIds?: readonly string[] | undefined;
  files: readonly SlackFile[];
}

/** What somebody asks of a record that there is already. */
export interface Amendment {
  edits?: readonly TagEdit[];
  /** Whoever asked for the upload, by shortcut or form. */
  requestedBy?: string;
  /** Failed images are to be tried again. */
  retryFailed?: boolean;
}

/** The record, and whether the upload is now this caller's to do. */
export interface Claim {
  stored: StoredRecord;
  /** Held until the record's lease ends; nobody else uploads meanwhile. */
  isOurs: boolean;
  /** Somebody held it before: what they did already is to be found first. */
  isTakenOver: boolean;
  /** As Slack described them; the record keeps their ids and names only. */
  files: readonly SlackFile[];
}

export interface UploadClaims {
  /**
   * Stores the record, uuids and all, before anything else happens: of any number of callers, on any number of
   * instances, one gets the claim. `undefined`: there is a record that cannot be read, which is left alone.
   */
  claim(request: UploadRequest): Promise<Claim | undefined>;
  /** `undefined`: there is no such record, or none that can be read. */
  amend(ref: RecordRef, amendment: Amendment): Promise<Claim | undefined>;
}

export interface ClaimDependencies {
  records: RecordStore;
  statePrefix: string;
  clock: Clock;
  logger: Logger;
}

export function createUploadClaims(dependencies: ClaimDependencies): UploadClaims {
  const { records, statePrefix, clock, logger } = dependencies;

  return {
    claim: (request) =>
      guard(request.ref, async (key) => {
        const record = newRecord(request, newLease(clock.now()));
        const created = await records.create(key, record);
        return created === undefined
          ? amendPresent(key, request, request.files)
          : { stored: created, isOurs: true, isTakenOver: false, files: request.files };
      }),
    amend: (ref, amendment) => guard(ref, (key) => amendPresent(key, amendment, [])),
  };

  async function amendPresent(
    key: string,
    amendment: Amendment,
    files: readonly SlackFile[],
  ): Promise<Claim | undefined> {
    const present = await records.read(key);
    if (present === undefined) {
      return undefined;
    }
    const lease = newLease(clock.now());
    const now = new Date(clock.now()).toISOString();
    const stored = await records.update(present, (record) =>
      amendRecord(record, amendment, { lease, now }),
    );
    const isOurs = stored.record.leaseId === lease.leaseId;
    return { stored, isOurs, isTakenOver: isOurs, files };
  }

  async function guard(
    ref: RecordRef,
    work: (key: string) => Promise<Claim | undefined>,
  ): Promise<Claim | undefined> {
    const key = recordKey(statePrefix, ref);
    try {
      const claim = await work(key);
      if (claim?.isOurs === true) {
        const images = claim.stored.record.images.length;
        logger.info("upload.claimed", { record: key, images, isTakenOver: claim.isTakenOver });
      }
      return claim;
    } catch (error) {
      if (error instanceof RecordError) {
        logger.error("record.unreadable", { record: key });
        return undefined;
      }
      throw error;
    }
  }
}

type Lease = Pick<UploadRecord, "leaseId" | "leaseUntil">;

/** As long as a function may run (`maxDuration` in vercel.json), and a margin. */
const LEASE_SECONDS = 310;

function newLease(nowMs: number): Lease {
  return {
    leaseId: randomUUID(),
    leaseUntil: new Date(nowMs + LEASE_SECONDS * 1000).toISOString(),
  };
}

function newRecord(request: UploadRequest, lease: Lease): UploadRecord {
  const { teamId, source, uploader, requestedBy, homeTeamIds, files, edits = [] } = request;
  const record: UploadRecord = {
    version: RECORD_VERSION,
    state: "uploading",
    ...lease,
    teamId,
    source,
    ...(uploader !== undefined && { uploader }),
    requestedBy: requestedBy === undefined ? [] : [requestedBy],
    ...(homeTeamIds && { homeTeamIds: [...homeTeamIds] }),
    replyTs: [],
    images: files.map((file) => ({
      fileId: file.id,
      name: file.name,
      uuid: randomUUID(),
      ...(!isStub(file) && { alt: toFirstAlt(file.altText) }),
      state: "pending",
    })),
  };
  return withTagEdits(record, edits);
}

/** The very same record when there is nothing to change: it is done, or somebody is at it. */
function amendRecord(
  record: UploadRecord,
  { edits = [], requestedBy, retryFailed = false }: Amendment,
  { lease, now }: { lease: Lease; now: string },
): UploadRecord {
  const edited = edits.length === 0 ? record : withTagEdits(record, edits);
  const isLeft = record.state === "uploading" && !isLeaseAlive(record, now);
  const retried = retryFailed && record.state === "done" ? withFailedPending(edited) : undefined;
  const begun = retried ?? (isLeft ? edited : undefined);
  // Whoever has an upload done may delete it; whoever only edits what is there may not.
  return begun === undefined ? edited : { ...withRequester(begun, requestedBy), ...lease };
}

function withRequester(record: UploadRecord, requestedBy: string | undefined): UploadRecord {
  return requestedBy === undefined || record.requestedBy.includes(requestedBy)
    ? record
    : { ...record, requestedBy: [...record.requestedBy, requestedBy] };
}
