import { isoNow } from "../clock.ts";
import { randomUUID } from "node:crypto";
import type { WorkPorts } from "../ports.ts";
import { newMarker } from "../records/marker-store.ts";
import { RecordError } from "../records/record-store.ts";
import type { RecordRef } from "../records/record-ref.ts";
import { parseRecordKey } from "../records/state-keys.ts";
import { isInLine } from "../uploads/keep-promise.ts";
import { inParallel } from "./in-parallel.ts";
import type { LeftByVersion1 } from "./search-marks.ts";

/**
 * Writes markers for work that version 1, which had none, left open. Runs in the first sweep after
 * the upgrade.
 */
export async function markOpenRecords(work: WorkPorts, left: LeftByVersion1): Promise<void> {
  const refs = new Set<RecordRef>();
  for (const key of left.open) {
    refs.add(parseRecordKey(work.config.statePrefix, key) ?? "");
  }
  for await (const ref of work.records.listWritten(left.checkedUntilMs)) {
    refs.add(ref);
  }
  refs.delete("");
  await inParallel(refs, { width: WIDTH, work: (ref) => markIfOpen(work, ref) });
}

const WIDTH = 16;

async function markIfOpen(
  { records, markers, clock, logger }: WorkPorts,
  ref: RecordRef,
): Promise<void> {
  try {
    const { record } = (await records.read(ref)) ?? {};
    if (record !== undefined && (record.lease !== undefined || !isInLine(record))) {
      const now = isoNow(clock);
      await markers.write(ref, randomUUID(), newMarker("upload", now));
    }
  } catch (error) {
    if (!(error instanceof RecordError)) {
      throw error;
    }
    logger.error("record.unreadable", { record: ref });
  }
}
