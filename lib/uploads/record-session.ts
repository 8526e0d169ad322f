import type { RecordChange, RecordStore, StoredRecord } from "./record-store.ts";
import type { UploadRecord } from "./record.ts";

/** One worker's view of a record. */
export interface RecordSession {
  readonly key: string;
  /** As this worker last saw it. */
  readonly record: UploadRecord;
  update(change: RecordChange): Promise<UploadRecord>;
  /** Sees what others wrote since. */
  refresh(): Promise<UploadRecord>;
}

export function openRecordSession(records: RecordStore, opened: StoredRecord): RecordSession {
  let stored = opened;
  return {
    key: opened.key,
    get record() {
      return stored.record;
    },
    async update(change) {
      stored = await records.update(stored, change);
      return stored.record;
    },
    async refresh() {
      stored = (await records.read(stored.key)) ?? stored;
      return stored.record;
    },
  };
}
