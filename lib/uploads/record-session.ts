import type { RecordChange, RecordStore, StoredRecord } from "./record-store.ts";
import type { UploadRecord } from "./record.ts";

/** One worker's view of a record: its changes are stored one after the other, so that they do not race. */
export interface RecordSession {
  readonly key: string;
  /** As it was last stored. */
  readonly record: UploadRecord;
  update(change: RecordChange): Promise<UploadRecord>;
}

export function openRecordSession(records: RecordStore, opened: StoredRecord): RecordSession {
  let stored = opened;
  let queue: Promise<unknown> = Promise.resolve();

  async function store(change: RecordChange): Promise<UploadRecord> {
    stored = await records.update(stored, change);
    return stored.record;
  }

  return {
    key: opened.key,
    get record() {
      return stored.record;
    },
    update(change) {
      const storing = queue.then(() => store(change));
      queue = storing.catch(() => undefined);
      return storing;
    },
  };
}
