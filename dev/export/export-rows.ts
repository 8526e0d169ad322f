import type { RecordRef } from "../../lib/records/record-ref.ts";
import type { RecordStore, StoredRecord } from "../../lib/records/record-store.ts";
import { type ImageRow, imageRows, type Place } from "./image-row.ts";

export interface ExportPorts {
  records: Pick<RecordStore, "listWritten" | "read">;
  place: Place;
  /** Called for each record that cannot be read. The others follow. */
  onUnreadable: (problem: UnreadableRecord) => void;
}

export interface UnreadableRecord {
  ref: RecordRef;
  reason: string;
}

/**
 * Returns the images of all records, in the order of their keys. It holds one page of the list and `READS_AT_ONCE` records at a
 * time, however many there are.
 */
export async function* exportRows({
  records,
  place,
  onUnreadable,
}: ExportPorts): AsyncIterable<ImageRow> {
  for await (const { ref, stored, reason } of readAll(records)) {
    if (stored !== undefined) {
      yield* imageRows(stored, place);
    } else if (reason !== undefined) {
      onUnreadable({ ref, reason });
    }
  }
}

export const READS_AT_ONCE = 16;
const EVER = 0;

interface Outcome {
  ref: RecordRef;
  /** Absent if the record is unreadable, or was gone before it could be read. */
  stored?: StoredRecord | undefined;
  reason?: string;
}

async function* readAll(records: ExportPorts["records"]): AsyncIterable<Outcome> {
  const underWay: Promise<Outcome>[] = [];
  for await (const ref of records.listWritten(EVER)) {
    underWay.push(readOne(records, ref));
    if (underWay.length === READS_AT_ONCE) {
      yield* underWay.splice(0, 1);
    }
  }
  yield* underWay;
}

/** Never rejects, because nobody awaits it until its turn comes. */
async function readOne(records: ExportPorts["records"], ref: RecordRef): Promise<Outcome> {
  try {
    return { ref, stored: await records.read(ref) };
  } catch (error) {
    return { ref, reason: error instanceof Error ? error.message : String(error) };
  }
}
