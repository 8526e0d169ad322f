import { isDeepStrictEqual } from "node:util";
import type { Bucket } from "../storage/s3.ts";
import { parseRecord, type UploadRecord } from "./record.ts";

/** A record as it stood at an ETag: what `replace` compares with. */
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
  /** `undefined` when somebody else changed or removed it since. */
  replace(stored: StoredRecord, record: UploadRecord): Promise<StoredRecord | undefined>;
  /**
   * Compare-and-swap until it holds: `change` is applied again to what somebody else wrote meanwhile.
   * @throws {RecordConflictError} after five conflicts in a row.
   */
  update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord>;
}

export type RecordChange = (record: UploadRecord) => UploadRecord;

export class RecordConflictError extends Error {
  override readonly name = "RecordConflictError";
  readonly code = "record_conflict";
}

export function createRecordStore(bucket: Bucket): RecordStore {
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

  async function update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord> {
    let base: StoredRecord | undefined = stored;
    for (let attempt = 0; attempt < MAX_CONFLICTS && base !== undefined; attempt += 1) {
      const replaced = await replace(base, change(base.record));
      if (replaced !== undefined) {
        return replaced;
      }
      base = await read(stored.key);
    }
    throw new RecordConflictError(
      `Cannot update record ${stored.key}: it keeps changing or is gone`,
    );
  }

  function replace(stored: StoredRecord, record: UploadRecord): Promise<StoredRecord | undefined> {
    return put(stored.key, record, { ifMatch: stored.etag });
  }

  return {
    create: (key, record) => put(key, record, { ifNoneMatch: "*" }),
    read,
    replace,
    update,
  };
}

const MAX_CONFLICTS = 5;
const RECORD_HEADERS = { contentType: "application/json", cacheControl: "no-store" } as const;
