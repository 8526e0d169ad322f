import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { retry } from "../retry.ts";
import type { Bucket } from "../storage/s3.ts";
import { RECORD_VERSION, RecordSchema, type UploadRecord } from "./record.ts";
import type { RecordRef } from "./record-ref.ts";
import { upgradeRecord } from "./record-v1.ts";
import {
  channelFolder,
  formsFolder,
  messagesFolder,
  parseRecordKey,
  recordKey,
} from "./state-keys.ts";

/** A record and its ETag at that time. */
export interface StoredRecord {
  ref: RecordRef;
  etag: string;
  record: UploadRecord;
}

export interface RecordStore {
  /**
   * Stores a new record unless one exists. Returns the current record; `isNew` tells whether it is
   * the given one.
   * @throws {RecordError}
   */
  create(ref: RecordRef, record: UploadRecord): Promise<StoredRecord & { isNew: boolean }>;
  /** @throws {RecordError} if the record is corrupt or of a newer version. */
  read(ref: RecordRef): Promise<StoredRecord | undefined>;
  /**
   * Makes one compare-and-swap. Returns the current record; `isReplaced` tells whether it is the
   * given one.
   */
  replace(
    stored: StoredRecord,
    record: UploadRecord,
  ): Promise<StoredRecord & { isReplaced: boolean }>;
  /**
   * Repeats compare-and-swap until it succeeds, applying `change` anew to what somebody else wrote
   * meanwhile. Writes nothing if `change` returns the record object it got.
   * @throws {RecordConflictError} after five conflicts in a row.
   */
  update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord>;
  /** Lists the ids of all channels with records. */
  listChannels(): AsyncIterable<string>;
  /** Lists the `ts` of a channel's messages after `sinceTs` that have a record. */
  listMessages(channel: ChannelSince): AsyncIterable<string>;
  /**
   * Lists the records written since a time in epoch ms, by S3's clock. Reads the list of all
   * records.
   */
  listWritten(sinceMs: number): AsyncIterable<RecordRef>;
}

export interface ChannelSince {
  teamId: string;
  channelId: string;
  sinceTs: string;
}

export type RecordChange = (record: UploadRecord) => UploadRecord;

export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code = "unreadable_record";
}

export class RecordConflictError extends Error {
  override readonly name = "RecordConflictError";
  readonly code = "record_conflict";
}

/** The place of the private records. */
export interface StatePlace {
  bucket: Bucket;
  /** `STATE_PREFIX`. */
  prefix: string;
  /** The writes of this process, if several of its stores share them. */
  writes?: Writes;
  clock: Clock;
}

/** The current write of a record, and the changes that wait to share the next one. */
export type Writes = Map<RecordRef, Write>;

export function createRecordStore({
  bucket,
  prefix,
  writes = new Map(),
  clock,
}: StatePlace): RecordStore {
  async function put(
    ref: RecordRef,
    record: UploadRecord,
    condition: { ifNoneMatch: "*" } | { ifMatch: string },
  ): Promise<StoredRecord & { isOurs: boolean }> {
    const body = Buffer.from(JSON.stringify(record));
    const result = await bucket.put(recordKey(prefix, ref), body, {
      ...STATE_HEADERS,
      ...condition,
    });
    if (result.outcome === "stored") {
      return { ref, etag: result.etag, record, isOurs: true };
    }
    const present = await read(ref);
    if (present === undefined) {
      throw new RecordConflictError(`Cannot write record ${ref}: it is gone`);
    }
    // A put may succeed and lose its response; its repetition is then refused, so check whose
    // record is stored.
    return { ...present, isOurs: isDeepStrictEqual(present.record, withoutAbsent(record)) };
  }

  async function read(ref: RecordRef): Promise<StoredRecord | undefined> {
    const object = await bucket.get(recordKey(prefix, ref));
    return object && { ref, etag: object.etag, record: parseRecord(object.body.toString("utf8")) };
  }

  async function replace(stored: StoredRecord, record: UploadRecord) {
    const { isOurs: isReplaced, ...present } = await put(stored.ref, record, {
      ifMatch: stored.etag,
    });
    return { ...present, isReplaced };
  }

  function swap(stored: StoredRecord, changes: readonly RecordChange[]): Promise<StoredRecord> {
    let base = stored;
    async function attempt(): Promise<StoredRecord> {
      const changed = changes.reduce((record, change) => change(record), base.record);
      if (changed === base.record) {
        return base;
      }
      const { isReplaced, ...present } = await replace(base, changed);
      base = present;
      if (!isReplaced) {
        throw new RecordConflictError(`Cannot update record ${base.ref}: it keeps changing`);
      }
      return base;
    }
    return retry(attempt, { clock, waitMs: conflictWaitMs });
  }

  function begin(ref: RecordRef, current: Promise<StoredRecord>): Promise<StoredRecord> {
    const write: Write = { current };
    writes.set(ref, write);
    const leave = () => void (write.next === undefined && writes.delete(ref));
    current.then(leave, leave);
    return current;
  }

  function update(stored: StoredRecord, change: RecordChange): Promise<StoredRecord> {
    const { ref } = stored;
    const write = writes.get(ref);
    if (write === undefined) {
      return begin(ref, swap(stored, [change]));
    }
    if (write.next !== undefined) {
      write.next.changes.push(change);
      return write.next.done;
    }
    const changes = [change];
    const follow = (latest: StoredRecord) => begin(ref, swap(latest, changes));
    const done = write.current.then(follow, async () => follow((await read(ref)) ?? stored));
    write.next = { changes, done };
    return done;
  }

  async function* listChannels(): AsyncIterable<string> {
    const seen = new Set<string>();
    for await (const team of bucket.listFolders(messagesFolder(prefix))) {
      for await (const channel of bucket.listFolders(team)) {
        const channelId = channel.slice(team.length, -1);
        if (!seen.has(channelId)) {
          seen.add(channelId);
          yield channelId;
        }
      }
    }
  }

  async function* listMessages(channel: ChannelSince): AsyncIterable<string> {
    const folder = channelFolder(prefix, channel);
    const startAfter = `${folder}${channel.sinceTs}`;
    for await (const { key } of bucket.list(folder, { startAfter })) {
      const ts = parseRecordKey(prefix, key)?.split("/").at(-1);
      if (ts !== undefined) {
        yield ts;
      }
    }
  }

  async function* listWritten(sinceMs: number): AsyncIterable<RecordRef> {
    for (const folder of [messagesFolder(prefix), formsFolder(prefix)]) {
      for await (const { key, lastModified } of bucket.list(folder)) {
        const ref = parseRecordKey(prefix, key);
        if (ref !== undefined && lastModified.getTime() >= sinceMs) {
          yield ref;
        }
      }
    }
  }

  return {
    listChannels,
    listMessages,
    listWritten,
    async create(ref, record) {
      const { isOurs: isNew, ...present } = await put(ref, record, { ifNoneMatch: "*" });
      return { ...present, isNew };
    },
    read,
    replace,
    update,
  };
}

interface Write {
  current: Promise<StoredRecord>;
  next?: { changes: RecordChange[]; done: Promise<StoredRecord> };
}

export const STATE_HEADERS = { contentType: "application/json", cacheControl: "no-store" } as const;

const MAX_ATTEMPTS = 5;
const CONFLICT_BASE_MS = 25;

function parseRecord(json: string): UploadRecord {
  const Stored = v.pipe(v.string(), v.parseJson(), v.transform(upgradeRecord), RecordSchema);
  const parsed = v.safeParse(Stored, json);
  if (!parsed.success) {
    throw new RecordError(
      `Cannot read the record: it is not a record of version ${RECORD_VERSION}`,
    );
  }
  return parsed.output;
}

/** The record as JSON returns it, without `undefined`. */
function withoutAbsent(record: UploadRecord): unknown {
  return JSON.parse(JSON.stringify(record));
}

function conflictWaitMs(error: unknown, attempt: number): number | undefined {
  return error instanceof RecordConflictError && attempt < MAX_ATTEMPTS
    ? Math.random() * CONFLICT_BASE_MS * 2 ** attempt
    : undefined;
}
