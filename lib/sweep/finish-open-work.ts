import { isoNow } from "../clock.ts";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { amendStored, type Claim, newPromise, withOvertaken } from "../records/claim.ts";
import { type ListedMarker, type Marker, newMarker } from "../records/marker-store.ts";
import { isLeaseAlive, isPassingFailure, isWatched, type UploadRecord } from "../records/record.ts";
import { withPendingFailed } from "../records/record-changes.ts";
import { RecordConflictError, RecordError, type StoredRecord } from "../records/record-store.ts";
import type { RecordRef } from "../records/record-ref.ts";
import { isPassing } from "../slack/api-call.ts";
import { DownloadError } from "../slack/file-download.ts";
import { StorageError } from "../storage/storage-error.ts";
import { TIME_PLAN } from "../time-plan.ts";
import {
  isInLine,
  isWorthAnotherTry,
  keepPromise,
  removeMarkers,
} from "../uploads/keep-promise.ts";
import { inParallel } from "./in-parallel.ts";

export interface FinishedWork {
  /** The number of records that are in line now. */
  finished: number;
  /**
   * The number of records still open: somebody is working on them, they failed again, or there was
   * no time.
   */
  open: number;
}

/**
 * Finishes all work that has markers, however old. The least-attempted work comes first, and work
 * attempted before runs alone, so work that a poison record took down with it finishes before the
 * poison's next turn.
 */
export async function finishOpenWork(work: WorkPorts, untilMs: number): Promise<FinishedWork> {
  const pieces = (await listPieces(work)).toSorted(byAttempts);
  const fresh = pieces.filter(({ attempts }) => attempts === 0);
  const others = pieces.filter(({ attempts }) => attempts > 0);
  let finished = 0;
  const finish = async (piece: Piece) => {
    if (work.clock.now() < untilMs && (await finishPiece(work, piece))) {
      finished += 1;
    }
  };
  await inParallel(fresh, { width: WIDTH, work: finish });
  await inParallel(others, { width: 1, work: finish });
  return { finished, open: pieces.length - finished };
}

const WIDTH = 4;
const READ_WIDTH = 16;
export const MAX_ATTEMPTS = 5;

/** All markers of one record are one piece of work. */
interface Piece {
  ref: RecordRef;
  markers: readonly OpenMarker[];
  attempts: number;
  /** Empty if no sweep has begun this work yet. */
  triedAt: string;
}

interface OpenMarker extends ListedMarker {
  marker: Marker;
}

async function listPieces(work: WorkPorts): Promise<Piece[]> {
  const listed: ListedMarker[] = [];
  for await (const marker of work.markers.list()) {
    listed.push(marker);
  }
  const byRef = new Map<RecordRef, OpenMarker[]>();
  await inParallel(listed, {
    width: READ_WIDTH,
    async work(one) {
      const marker = await work.markers.read(one.ref, one.id);
      const known = marker ?? newMarker("upload", one.writtenAt.toISOString());
      byRef.set(one.ref, [...(byRef.get(one.ref) ?? []), { ...one, marker: known }]);
    },
  });
  return [...byRef].map(([ref, markers]) => ({
    ref,
    markers,
    attempts: Math.max(...markers.map(({ marker }) => marker.attempts)),
    triedAt:
      markers
        .map(({ marker }) => marker.triedAt ?? "")
        .toSorted()
        .at(-1) ?? "",
  }));
}

function byAttempts(left: Piece, right: Piece): number {
  return left.attempts - right.attempts || (left.triedAt < right.triedAt ? -1 : 1);
}

/** Returns whether none of the work is left. */
async function finishPiece(work: WorkPorts, piece: Piece): Promise<boolean> {
  const { ref } = piece;
  try {
    const stored = await work.records.read(ref);
    if (stored === undefined) {
      return await removeRipe(work, piece, []);
    }
    if (isHeld(work, stored.record)) {
      return false;
    }
    return await (piece.attempts > MAX_ATTEMPTS
      ? leaveOff(work, piece)
      : attempt(work, stored, piece));
  } catch (error) {
    if (error instanceof RecordError) {
      work.logger.error("record.unreadable", { record: ref });
    } else {
      work.logger.warn("reconcile.failed", { record: ref, error: describeError(error) });
    }
    return false;
  }
}

/**
 * Counts the attempt before it begins, because a crash cannot be reported afterwards. A failure of
 * Slack or S3 can be, so that attempt is not counted.
 */
async function attempt(work: WorkPorts, stored: StoredRecord, piece: Piece): Promise<boolean> {
  const claim = await takeOver(work, stored, piece);
  if (claim === undefined || (!claim.isOurs && isHeld(work, claim.record))) {
    return false;
  }
  await count(work, piece, piece.attempts + 1);
  try {
    const record = await keepPromise(work, claim);
    const isLeft = isWatched(record);
    if (isLeft) {
      await count(work, piece, piece.attempts);
    }
    const isRemoved = await removeRipe(work, piece, record.promises, claim.marker);
    return isRemoved && isInLine(record) && !isLeft && !isWorthAnotherTry(work, record);
  } catch (error) {
    if (isPassing(error) || PASSING.some((passing) => error instanceof passing)) {
      await count(work, piece, piece.attempts);
    }
    throw error;
  }
}

const PASSING = [StorageError, RecordConflictError, DownloadError] as const;

/** `undefined`: the promises of these markers may still be on their way into the record. */
async function takeOver(
  work: WorkPorts,
  stored: StoredRecord,
  piece: Piece,
): Promise<Claim | undefined> {
  const { record } = stored;
  const ripe = piece.markers.find((marker) => isRipe(work, marker, record.promises));
  if (ripe === undefined && isInLine(record)) {
    return undefined;
  }
  if (piece.attempts === MAX_ATTEMPTS) {
    return giveUp(work, stored, piece);
  }
  const promise = newPromise(work, (ripe ?? piece.markers[0])?.id);
  const amendment = { intent: "upload", isRetried: isPassingFailure } as const;
  return { ...(await amendStored(work, stored, { amendment, promise })), isPromised: true };
}

/**
 * Fails the pending images, so that people read that they could not be processed and get a Retry
 * button.
 */
async function giveUp(work: WorkPorts, stored: StoredRecord, piece: Piece): Promise<Claim> {
  const { ref, attempts, markers } = piece;
  work.logger.error("upload.given_up", { record: ref, attempts });
  const updated = await work.records.update(stored, (present) => {
    const { lease: _lease, ...record } = withOvertaken(present, isoNow(work.clock));
    return withPendingFailed(record, "not_processed");
  });
  return {
    ...updated,
    marker: markers[0]?.id,
    isOurs: false,
    isTakenOver: true,
    isPromised: true,
    files: [],
  };
}

/** Gives up without a word, because even showing the failure has failed. */
async function leaveOff(work: WorkPorts, { ref, attempts, markers }: Piece): Promise<boolean> {
  work.logger.error("upload.given_up", { record: ref, attempts });
  await removeMarkers(
    work,
    ref,
    markers.map(({ id }) => id),
  );
  return true;
}

async function count(work: WorkPorts, { ref, markers }: Piece, attempts: number): Promise<void> {
  const [counted] = markers.toSorted((a, b) => b.marker.attempts - a.marker.attempts);
  if (counted !== undefined) {
    const triedAt = isoNow(work.clock);
    await work.markers.write(ref, counted.id, { ...counted.marker, attempts, triedAt });
  }
}

/** Returns whether no marker but `kept` is left. */
async function removeRipe(
  work: WorkPorts,
  { ref, markers }: Piece,
  promises: readonly string[],
  kept?: string,
): Promise<boolean> {
  const others = markers.filter(({ id }) => id !== kept);
  const ripe = others.filter((marker) => isRipe(work, marker, promises));
  await removeMarkers(
    work,
    ref,
    ripe.map(({ id }) => id),
  );
  return ripe.length === others.length;
}

/**
 * Whether the promise is in the record by now or never will be: a write takes no longer than a
 * function runs.
 */
function isRipe(
  { clock }: WorkPorts,
  { id, marker }: OpenMarker,
  promises: readonly string[],
): boolean {
  const ageMs = clock.now() - Date.parse(marker.promisedAt);
  return promises.includes(id) || ageMs > TIME_PLAN.leaseMs;
}

function isHeld({ clock }: WorkPorts, record: UploadRecord): boolean {
  return isLeaseAlive(record, isoNow(clock));
}
