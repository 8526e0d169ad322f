import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { retry } from "../retry.ts";
import type { Bucket } from "../storage/s3.ts";
import { parseRecord, type UploadRecord } from "./record.ts";

/** A record as it stood at an ETag. */
export interface StoredRecord {
  key: string;
  etag: string;
  record: UploadRecord;
}

export interface RecordStore {
  /** `undefined` when there is one already. */
  create(key: string, record: UploadRecord): Promise<StoredRecord | undefined>;
  /** @throws {RecordError} when it is corrupt or of a newer version. */
  read(key: string): Promise<StoredRecord | undefined>;
  /**
   * Compare-and-swap until it holds: `change` is applied again to what somebody else wrote meanwhile.
   * When it gives back the very record that it got, nothing is written.
   * @throws {RecordConflictError} after five conflicts in a row.
   */
  update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord>;
}

export type RecordChange = (record: UploadRecord) => UploadRecord;

export class RecordConflictError extends Error {
  override readonly name = "RecordConflictError";
  readonly code = "record_conflict";
}

export function createRecordStore(bucket: Bucket, clock: Clock): RecordStore {
  /** The last update of each record that this process is at: the next one waits for it instead of racing it. */
  const turns = new Map<string, Promise<StoredRecord>>();

  async function put(
    key: string,
    record: UploadRecord,
    condition: { ifNoneMatch: "*" } | { ifMatch: string },
  ): Promise<StoredRecord | undefined> {
    const body = Buffer.from(JSON.stringify(record));
    const result = await bucket.put(key, body, { ...RECORD_HEADERS, ...condition });
    if (result.outcome === "stored") {
      return { key, etag: result.etag, record };
    }
    // A put that was carried out and whose answer was lost is repeated, and refused: see whose record it is.
    const present = await read(key);
    return present !== undefined && isDeepStrictEqual(present.record, record) ? present : undefined;
  }

  async function read(key: string): Promise<StoredRecord | undefined> {
    const object = await bucket.get(key);
    return object && { key, etag: object.etag, record: parseRecord(object.body.toString("utf8")) };
  }

  function swap(stored: StoredRecord, change: RecordChange): Promise<StoredRecord> {
    let base: StoredRecord | undefined = stored;
    async function attempt(): Promise<StoredRecord> {
      if (base === undefined) {
        throw new RecordConflictError(`Cannot update record ${stored.key}: it is gone`);
      }
      const { key, etag, record } = base;
      const changed = change(record);
      const replaced = changed === record ? base : await put(key, changed, { ifMatch: etag });
      if (replaced === undefined) {
        base = await read(key);
        throw new RecordConflictError(`Cannot update record ${key}: it keeps changing`);
      }
      return replaced;
    }
    return retry(attempt, { clock, waitMs: conflictWaitMs });
  }

  function update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord> {
    const { key } = stored;
    const before = turns.get(key);
    const turn = before
      ? before.then(
          (latest) => swap(latest, change),
          async () => swap((await read(key)) ?? stored, change),
        )
      : swap(stored, change);
    turns.set(key, turn);
    const leave = () => void (turns.get(key) === turn && turns.delete(key));
    turn.then(leave, leave);
    return turn;
  }

  return { create: (key, record) => put(key, record, { ifNoneMatch: "*" }), read, update };
}

const MAX_ATTEMPTS = 5;
const CONFLICT_BASE_MS = 25;
const RECORD_HEADERS = { contentType: "application/json", cacheControl: "no-store" } as const;

function conflictWaitMs(error: unknown, attempt: number): number | undefined {
  return error instanceof RecordConflictError && attempt < MAX_ATTEMPTS
    ? Math.random() * CONFLICT_BASE_MS * 2 ** attempt
    : undefined;
}
