import { type Background, createBackground } from "./listeners/background.ts";
import type { Door, SharedPorts } from "./ports.ts";
import { createMarkerStore } from "./records/marker-store.ts";
import { createRecordStore, type Writes } from "./records/record-store.ts";
import { openBucket } from "./storage/open-bucket.ts";
import { connectSdk } from "./storage/sdk-connection.ts";
import { connectSigned } from "./storage/signed-connection.ts";
import { TIME_PLAN } from "./time-plan.ts";

/** Makes the ports of the listeners. A message without images needs none of them, so this file is loaded when one does. */
export function createDoor(
  shared: SharedPorts & Pick<Door, "settingsFor">,
  { writes, isOnlySdk, ...work }: DoorOptions,
): Door & Pick<Background, "whenIdle"> {
  const { config, clock, logger } = shared;
  const bucket = openBucket(config.s3, {
    bucket: config.s3.stateBucket,
    timeoutMs: TIME_PLAN.recordMs,
    connect: isOnlySdk ? connectSdk : connectSigned,
    clock,
    logger,
  });
  const state = { bucket, prefix: config.statePrefix, writes, clock };
  return {
    ...shared,
    records: createRecordStore(state),
    markers: createMarkerStore(state),
    ...createBackground({ ...work, clock, logger }),
  };
}

interface DoorOptions extends Pick<
  Parameters<typeof createBackground>[0],
  "loadWork" | "waitUntil"
> {
  writes: Writes;
  /** Whether only the AWS SDK knows where S3 is. */
  isOnlySdk: boolean;
}
