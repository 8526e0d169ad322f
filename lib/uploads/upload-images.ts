import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import type { Claim } from "../records/claim.ts";
import { hasImage, type RecordImage, type Reply, type UploadRecord } from "../records/record.ts";
import { withDeletions, withOutcomes } from "../records/record-changes.ts";
import { sourceTimeMs } from "../records/source-time.ts";
import { channelOf } from "../records/record-ref.ts";
import { RecordConflictError, type StoredRecord } from "../records/record-store.ts";
import { isClosedToUs } from "../replies/is-closed-to-us.ts";
import { showLatest } from "../replies/show-latest.ts";
import type { ShownReply, ShowOptions } from "../replies/bring-in-line.ts";
import { deleteReplies } from "../replies/delete-replies.ts";
import { announce, showReply } from "../replies/show-reply.ts";
import type { SlackFile } from "../slack/file.ts";
import { deleteObjects, finishDeletions } from "./finish-deletions.ts";
import { resolveImages, tryImages } from "./try-images.ts";
import { isFreshSource } from "./while-fresh.ts";

/** The result of an upload. */
export interface FinishedUpload {
  /** The record as last written, here or by the worker that took the lease over. */
  stored: StoredRecord;
  /** The ids of markers whose promises are kept; empty while there is work left. */
  kept: readonly string[];
  /** Why there is work left, if known. */
  problem?: Error | undefined;
}

/**
 * Uploads a claimed record: every image, then the reply, then the record with all outcomes and
 * without the lease. The reply is shown before the record is written, so anybody who acts on the
 * outcomes in the record acts after that. If somebody else wrote into the record meanwhile, our
 * write fails, and their change is shown too.
 */
export async function uploadImages(work: WorkPorts, claim: Claim): Promise<FinishedUpload> {
  const startMs = work.clock.now();
  const { lease, reply } = claim.record;
  const upload: Upload = {
    leaseId: lease?.id ?? "",
    marker: claim.marker ?? "",
    files: new Map(claim.files.map((file) => [file.id, file])),
    isTakenOver: claim.isTakenOver,
    reply,
    mayBePosted: claim.isTakenOver,
    mayBeTwice: false,
    posted: [],
  };
  let finished = await uploadPending(work, claim, upload);
  while (finished.isHeld) {
    finished = await uploadPending(work, finished.stored, upload);
  }
  const { stored, kept, problem } = finished;
  work.logger.info("upload.finished", {
    ...summarize(stored.record),
    durationMs: work.clock.now() - startMs,
  });
  return { stored, kept, problem };
}

/** Facts that one worker knows in addition to the record. */
interface Upload {
  readonly leaseId: string;
  readonly marker: string;
  /** The files as Slack described them. */
  readonly files: ReadonlyMap<string, SlackFile>;
  readonly isTakenOver: boolean;
  /** The place of the reply, which the final write records. */
  reply: Reply | undefined;
  mayBePosted: boolean;
  mayBeTwice: boolean;
  /** The `ts` of reply parts that this worker posted. */
  posted: string[];
}

/** The results of one attempt at all pending images. */
interface Attempt {
  outcomes: readonly RecordImage[];
  /** The file ids of non-images, which are left alone without a word. */
  ignored: ReadonlySet<string>;
  /** The file ids of files that may be images. Nobody is told about them until that is known. */
  untold: ReadonlySet<string>;
  problem?: Error | undefined;
}

async function uploadPending(
  work: WorkPorts,
  stored: StoredRecord,
  upload: Upload,
): Promise<FinishedUpload & { isHeld: boolean }> {
  const { ref, record } = stored;
  const pending = record.images.filter(isPending);
  const { files } = upload;
  const { homeTeamIds, uploader } = record;
  const isFresh = isFreshSource(work, sourceTimeMs(record));
  const source = { channelId: channelOf(ref), homeTeamIds, uploader, isFresh };
  const resolved = await resolveImages(work, pending, { ...source, files });
  const come = (outcome: string) =>
    fileIdsOf(pending, ({ fileId }) => resolved.get(fileId)?.outcome === outcome);
  const [ignored, untold] = [come("ignored"), come("untold")];
  const kept = withoutImages(record, ignored);
  const announced = withoutImages(kept, untold);
  const [, tried] = await Promise.all([
    announced.images.length > 0 && announceUpload(work, announced, upload),
    tryImages(work, kept.images.filter(isPending), { ...source, resolved }),
  ]);
  const attempt = {
    outcomes: tried.map(({ outcome }) => outcome),
    ignored,
    untold,
    problem: tried.find(({ problem }) => problem !== undefined)?.problem,
  };
  return commit(work, stored, { attempt, upload });
}

/** Shows and writes the results, and repeats if somebody wrote meanwhile. */
async function commit(
  work: WorkPorts,
  opened: StoredRecord,
  { attempt, upload }: { attempt: Attempt; upload: Upload },
): Promise<FinishedUpload & { isHeld: boolean }> {
  let stored = opened;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { record } = stored;
    const isAgain = upload.isTakenOver || round > 0;
    const deletions = await finishDeletions(work, record, { isAgain });
    const kept = withDeletions(withoutImages(record, attempt.ignored), deletions);
    const settled = withOutcomes(kept, attempt.outcomes);
    const told = withoutImages(settled, attempt.untold);
    const shown = told.images.length === 0 ? {} : await show(work, told, upload);
    const problem = attempt.problem ?? deletions.problem ?? shown.error;
    const isHeld =
      problem === undefined &&
      hasNewTry(settled, attempt) &&
      work.clock.now() < work.budget.startUntilMs;
    const { lease, ...released } = settled;
    const { isReplaced, ...present } = await work.records.replace(stored, {
      ...released,
      ...(upload.reply !== undefined && { reply: upload.reply }),
      ...(isHeld && { lease }),
      // Promises made before this upload was claimed are kept together with it.
      promises: record.promises.slice(Math.max(record.promises.indexOf(upload.marker), 0)),
    });
    if (isReplaced) {
      const isKept = problem === undefined && !isHeld && !hasImage(present.record, "pending");
      return { stored: present, problem, isHeld, kept: isKept ? record.promises : [] };
    }
    if (present.record.lease?.id !== upload.leaseId) {
      await standDown(work, present, upload);
      return { stored: present, isHeld: false, kept: [] };
    }
    stored = present;
  }
  throw new RecordConflictError(`Cannot finish record ${opened.ref}: it keeps changing`);
}

/** Each round shows what somebody wrote during the previous one. */
const MAX_ROUNDS = 10;

/** Whether somebody asked to retry images that were attempted here. */
function hasNewTry(record: UploadRecord, { outcomes }: Attempt): boolean {
  const retries = new Map(outcomes.map((outcome) => [outcome.fileId, outcome.retries]));
  return record.images.some(
    (image) => isPending(image) && image.retries !== retries.get(image.fileId),
  );
}

/** Another worker took this one for dead and is finishing, so this one removes its own traces. */
async function standDown(work: WorkPorts, stored: StoredRecord, upload: Upload): Promise<void> {
  const { ref, record } = stored;
  const { reply, posted } = upload;
  const ts = posted.filter((one) => record.reply?.ts.includes(one) !== true);
  work.logger.warn("upload.overtaken", { record: ref });
  await deleteObjects(work, record, { isAgain: true });
  if (reply !== undefined) {
    await deleteReplies(work, { ...reply, ts });
  }
  await showLatest(work, stored);
}

/** The upload neither waits for the announcement nor fails without it. */
async function announceUpload(
  work: WorkPorts,
  record: UploadRecord,
  upload: Upload,
): Promise<void> {
  const { error } = await note(upload, announce(work, record, showOptions(upload)));
  if (error !== undefined) {
    work.logger.warn("reply.failed", { error: describeError(error) });
  }
}

async function show(
  work: WorkPorts,
  record: UploadRecord,
  upload: Upload,
): Promise<{ error?: Error | undefined }> {
  const { error } = await note(upload, showReply(work, record, showOptions(upload)));
  if (error !== undefined && isClosedToUs(error)) {
    work.logger.error("reply.failed", { error: describeError(error) });
    return {};
  }
  return { error };
}

function showOptions({ reply, mayBePosted, mayBeTwice }: Upload): ShowOptions {
  return { reply, mayBePosted, mayBeTwice };
}

/** After a failure, a posted part may exist without being known. */
async function note(upload: Upload, showing: Promise<ShownReply>): Promise<ShownReply> {
  const known = upload.reply?.ts ?? [];
  const shown = await showing;
  upload.reply = shown.reply;
  upload.mayBePosted = shown.error !== undefined;
  upload.mayBeTwice = shown.mayBeTwice;
  upload.posted.push(...(shown.reply?.ts ?? []).filter((ts) => !known.includes(ts)));
  return shown;
}

function isPending(image: RecordImage): boolean {
  return image.state === "pending";
}

function fileIdsOf(
  images: readonly RecordImage[],
  isMeant: (image: RecordImage) => boolean,
): ReadonlySet<string> {
  return new Set(images.filter(isMeant).map(({ fileId }) => fileId));
}

function withoutImages(record: UploadRecord, fileIds: ReadonlySet<string>): UploadRecord {
  return fileIds.size === 0
    ? record
    : { ...record, images: record.images.filter(({ fileId }) => !fileIds.has(fileId)) };
}

function summarize({ source, images }: UploadRecord) {
  const origin =
    source.type === "message"
      ? { channel: source.channelId, ts: source.ts }
      : { view: source.viewId };
  const count = (state: RecordImage["state"]) =>
    images.filter((image) => image.state === state).length;
  return { ...origin, uploaded: count("uploaded"), failed: count("failed") };
}
