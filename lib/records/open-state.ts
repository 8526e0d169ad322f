import type { SharedPorts } from "../ports.ts";
import { openBucket, type OpenedBucket } from "../storage/open-bucket.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { createMarkerStore, type MarkerStore } from "./marker-store.ts";
import {
  createRecordStore,
  type RecordStore,
  type StatePlace,
  type Writes,
} from "./record-store.ts";

export interface State {
  state: StatePlace;
  records: RecordStore;
  markers: MarkerStore;
}

/** Opens the place of the records and markers. `writes` is shared by everybody in this process. */
export function openState(
  { config, clock, logger }: SharedPorts,
  { writes, ...options }: Pick<OpenedBucket, "connect" | "maxSockets"> & { writes: Writes },
): State {
  const bucket = openBucket(config.s3, {
    bucket: config.s3.stateBucket,
    timeoutMs: TIME_PLAN.recordMs,
    clock,
    logger,
    ...options,
  });
  const state = { bucket, prefix: config.statePrefix, writes, clock };
  return { state, records: createRecordStore(state), markers: createMarkerStore(state) };
}
