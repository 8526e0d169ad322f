import { randomUUID } from "node:crypto";
import { describeError } from "../logger.ts";
import type { Alarm, WorkPorts } from "../ports.ts";
import { STATE_HEADERS, type StatePlace } from "../records/record-store.ts";
import { probeFolder, probeKey } from "../records/state-keys.ts";
import { publicUrl } from "../storage/object-key.ts";
import { readPublicly } from "../storage/read-publicly.ts";
import type { Bucket } from "../storage/s3.ts";
import { TIME_PLAN } from "../time-plan.ts";
import type { SearchMarks } from "./search-marks.ts";

/**
 * Tests two assumptions: that the store honours conditions (once a day per process), and that
 * readers cannot reach the records (once a day overall). A failed check repeats with every sweep.
 * Writes one small object for this and deletes it. A check that cannot be made says nothing about
 * the deployment.
 */
export async function checkDeployment(work: WorkPorts, marks: SearchMarks): Promise<void> {
  const isDue = (seenMs = 0) => work.clock.now() - seenMs >= DAY_MS;
  const isSafetyDue = isDue(work.health.safeAtMs);
  const isPrivacyDue = isDue(marks.privateAtMs);
  if (!isPrivacyDue) {
    sound(work, "state_public", false);
  }
  if (!isSafetyDue && !isPrivacyDue) {
    return;
  }
  try {
    await withProbe(work.state, async (probe) => {
      await (isSafetyDue && checkSafety(work, probe));
      await (isPrivacyDue && checkPrivacy(work, marks, probe));
    });
  } catch (error) {
    work.logger.warn("probe.failed", { error: describeError(error) });
  }
}

/** A throwaway object with a unique text. */
export interface Probe {
  key: string;
  text: string;
}

/**
 * Whether the store honours conditional puts. Some stores accept both headers and ignore them, so
 * that nothing prevents a double upload.
 */
async function honoursConditions(bucket: Bucket, { key, text }: Probe): Promise<boolean> {
  return (
    (await refuses(bucket, { key, text }, SECOND_CREATE)) &&
    (await refuses(bucket, { key, text }, WRONG_ETAG))
  );
}

/** Whether the store refuses to put an existing object under this condition. */
export async function refuses(
  bucket: Bucket,
  { key, text }: Probe,
  condition: typeof SECOND_CREATE | typeof WRONG_ETAG,
): Promise<boolean> {
  const options = { ...STATE_HEADERS, ...condition };
  return (await bucket.put(key, Buffer.from(text), options)).outcome === "precondition_failed";
}

/** Conditions that an existing object does not meet. */
export const SECOND_CREATE = { ifNoneMatch: "*" } as const;
export const WRONG_ETAG = { ifMatch: `"${"0".repeat(32)}"` } as const;

const DAY_MS = 24 * 3_600_000;

const ALARMS = {
  store_unsafe: {
    event: "store.unsafe",
    advice:
      "the store ignores If-None-Match or If-Match, so images and replies may be posted twice: use AWS S3, R2, MinIO or Ceph",
  },
  state_public: {
    event: "state.public",
    advice:
      "anybody can read the records under PUBLIC_BASE_URL: let the CDN serve only IMAGE_PREFIX, as described in docs/security.md, or set STATE_BUCKET",
  },
} as const satisfies Record<Alarm, { event: string; advice: string }>;

async function checkSafety(work: WorkPorts, probe: Probe): Promise<void> {
  const isSafe = await honoursConditions(work.state.bucket, probe);
  sound(work, "store_unsafe", !isSafe);
  work.health.safeAtMs = isSafe ? work.clock.now() : undefined;
}

async function checkPrivacy(
  work: WorkPorts,
  marks: SearchMarks,
  { key, text }: Probe,
): Promise<void> {
  const { clock, config } = work;
  const limit = { clock, timeoutMs: TIME_PLAN.recordMs };
  const read = await readPublicly(publicUrl(config.publicBaseUrl, key), limit);
  const isPublic = read?.includes(text) === true;
  sound(work, "state_public", isPublic);
  if (!isPublic) {
    await marks.notePrivate();
  }
}

function sound({ health, logger }: WorkPorts, alarm: Alarm, isTrue: boolean): void {
  if (!isTrue) {
    health.alarms.delete(alarm);
    return;
  }
  health.alarms.add(alarm);
  const { event, advice } = ALARMS[alarm];
  logger.error(event, { advice });
}

async function withProbe(place: StatePlace, check: (probe: Probe) => Promise<void>): Promise<void> {
  const { bucket, prefix } = place;
  const text = randomUUID();
  const key = probeKey(prefix, text);
  try {
    await bucket.put(key, Buffer.from(text), STATE_HEADERS);
    await check({ key, text });
  } finally {
    await bucket.delete(key);
  }
  await removeLeft(place);
}

/** Removes probes of sweeps that crashed before deleting their own. */
async function removeLeft({ bucket, prefix, clock }: StatePlace): Promise<void> {
  for await (const { key, lastModified } of bucket.list(probeFolder(prefix))) {
    if (clock.now() - lastModified.getTime() > TIME_PLAN.leaseMs) {
      await bucket.delete(key);
    }
  }
}
