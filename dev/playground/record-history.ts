import type { Config } from "../../lib/config.ts";
import { parseRecordKey } from "../../lib/records/state-keys.ts";
import type { LocalS3 } from "../local-s3/server.ts";

/** A record as it lies in the bucket. */
export interface RecordVersion {
  key: string;
  etag: string;
  record: unknown;
}

/** The records that were written since the start, each with its version before. */
export interface RecordHistory {
  /** Called after an object was written. */
  note(key: string): void;
  /** Newest first. */
  list(): readonly { current: RecordVersion; previous: RecordVersion | undefined }[];
}

export function createRecordHistory({ s3, statePrefix }: Config, store: LocalS3): RecordHistory {
  const versions = new Map<
    string,
    { current: RecordVersion; previous: RecordVersion | undefined }
  >();
  return {
    note(key) {
      if (parseRecordKey(statePrefix, key) === undefined) {
        return;
      }
      const current = readVersion(store, key, s3.stateBucket);
      const known = versions.get(key)?.current;
      if (current !== undefined && current.etag !== known?.etag) {
        versions.delete(key);
        versions.set(key, { current, previous: known });
      }
    },
    list: () => [...versions.values()].toReversed(),
  };
}

export function readVersion(
  store: LocalS3,
  key: string,
  bucket: string,
): RecordVersion | undefined {
  const object = store.objects(key, bucket).find((candidate) => candidate.key === key);
  return object && { key, etag: object.etag, record: JSON.parse(object.body.toString("utf8")) };
}
