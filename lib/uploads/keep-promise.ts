import { isoNow } from "../clock.ts";
import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { type Claim, withOvertaken } from "../records/claim.ts";
import {
  hasImage,
  isLeaseAlive,
  isPassingFailure,
  isWatched,
  type UploadRecord,
} from "../records/record.ts";
import { withDeletions } from "../records/record-changes.ts";
import { sourceTimeMs } from "../records/source-time.ts";
import type { StoredRecord } from "../records/record-store.ts";
import type { RecordRef } from "../records/record-ref.ts";
import { showLatest } from "../replies/show-latest.ts";
import { deleteObjects, finishDeletions } from "./finish-deletions.ts";
import { uploadImages } from "./upload-images.ts";

/**
 * Does what a claim promises: brings objects, record and conversation in line, then removes the
 * markers. Returns the resulting record. The marker stays if this rejects, if the record still
 * holds work, or while a worker that was taken for dead may put an object of a deleted image. A
 * sweep then goes on.
 */
export async function keepPromise(work: WorkPorts, claim: Claim): Promise<UploadRecord> {
  if (claim.isOurs) {
    return work.uploads.take(1, () => upload(work, claim));
  }
  return isLeaseAlive(claim.record, isoNow(work.clock))
    ? leaveToHolder(work, claim)
    : settle(work, claim);
}

/** Whether the record holds no more work. */
export function isInLine(record: UploadRecord): boolean {
  return !hasImage(record, "pending") && !hasImage(record, "deleting");
}

/** Whether Slack or S3 failed for a moment and the person who posted may still be waiting. */
export function isWorthAnotherTry(work: WorkPorts, record: UploadRecord): boolean {
  const ageMs = work.clock.now() - sourceTimeMs(record);
  return ageMs < TRIES_WINDOW_MS && record.images.some(isPassingFailure);
}

/** Removes markers one by one. The next sweep finds any that could not be removed. */
export async function removeMarkers(
  { markers, logger }: WorkPorts,
  ref: RecordRef,
  ids: Iterable<string>,
): Promise<void> {
  for (const id of new Set(ids)) {
    try {
      await markers.remove(ref, id);
    } catch (error) {
      logger.warn("marker.left", { record: ref, marker: id, error: describeError(error) });
    }
  }
}

export const TRIES_WINDOW_MS = 900_000;

async function upload(work: WorkPorts, claim: Claim): Promise<UploadRecord> {
  const { stored, kept, problem } = await uploadImages(work, claim);
  const { ref, record } = stored;
  const isLeft = isWorthAnotherTry(work, record) || isWatched(record);
  await removeMarkers(work, ref, isLeft ? kept.filter((id) => id !== claim.marker) : kept);
  if (problem !== undefined) {
    throw problem;
  }
  return record;
}

/**
 * Leaves the work to the lease holder. What this claim wrote into the record makes the holder's
 * last write fail, so the holder sees it, shows it, and removes this marker too. Deleting objects
 * need not wait for that.
 */
async function leaveToHolder(work: WorkPorts, claim: Claim): Promise<UploadRecord> {
  const { ref, record, marker } = claim;
  await deleteObjects(work, record, { isAgain: false });
  if (marker !== undefined && !claim.isPromised && (await isCovered(work, claim))) {
    await removeMarkers(work, ref, [marker]);
  }
  return record;
}

/**
 * Whether the same promise already has a marker, or is kept. Otherwise this claim met work without
 * a marker.
 */
async function isCovered(
  { markers, records }: WorkPorts,
  { ref, record }: Claim,
): Promise<boolean> {
  if ((await markers.read(ref, record.lease?.marker ?? "")) !== undefined) {
    return true;
  }
  const latest = await records.read(ref);
  return latest !== undefined && isInLine(latest.record);
}

async function settle(work: WorkPorts, claim: Claim): Promise<UploadRecord> {
  const { ref, marker, record } = claim;
  const own = marker === undefined ? [] : [marker];
  if (!claim.isPromised && isInLine(record)) {
    await removeMarkers(work, ref, own);
    return record;
  }
  const { stored, problem } = await noteDeletions(work, claim);
  const shown = await showLatest(work, stored, { mayBePosted: claim.isTakenOver });
  if (problem !== undefined) {
    throw problem;
  }
  if (!isWatched(shown.record)) {
    await removeMarkers(work, ref, own);
  }
  return shown.record;
}

async function noteDeletions(
  work: WorkPorts,
  { record, ...stored }: Claim,
): Promise<{ stored: StoredRecord; problem?: Error | undefined }> {
  const isAgain = record.lateUntil !== undefined || record.lease !== undefined;
  const { problem, ...outcome } = await finishDeletions(work, record, { isAgain });
  const now = isoNow(work.clock);
  const noted = await work.records.update({ ...stored, record }, (present) => {
    const changed = withDeletions(present, outcome);
    return changed === present ? present : withOvertaken(changed, now);
  });
  return { stored: noted, problem };
}
