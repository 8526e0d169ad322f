import { STATE_HEADERS } from "../records/record-store.ts";
import { probeFolder } from "../records/state-keys.ts";
import type { Bucket } from "../storage/s3.ts";
import { type Probe, refuses, SECOND_CREATE, WRONG_ETAG } from "../sweep/check-deployment.ts";
import { type Check, failed, passed, skipped } from "./check.ts";
import type { DoctorPorts } from "./doctor-ports.ts";
import { askStore } from "./store-failure.ts";

/** Two objects that differ in nothing but the end of their keys, in the order of a list. */
export type ProbePair = readonly [Probe, Probe];

/** Puts both probes, and tests with them what records and markers rely on. */
export async function checkStore(ports: DoctorPorts, probes: ProbePair): Promise<Check[]> {
  const { bucket } = ports.state;
  const put = await askStore("s3.put", () => putBoth(bucket, probes));
  const isThere = put.ok === true;
  const checks: Check[] = [put];
  for (const [name, check] of CHECKS) {
    checks.push(
      isThere
        ? await askStore(name, () => check(ports, probes, name))
        : skipped(name, "It needs an object to try it with, which could not be put."),
    );
  }
  return [...checks, checkRegion(ports), checkClock(ports)];
}

/** Deletes both probes, whatever was seen of them. */
export async function checkDeletion(
  { state: { bucket } }: DoctorPorts,
  probes: ProbePair,
): Promise<Check> {
  const name = "s3.delete";
  return askStore(
    name,
    async () => {
      await Promise.all(probes.map(({ key }) => bucket.delete(key)));
      const left = await Promise.all(probes.map(({ key }) => bucket.get(key)));
      return left.some((object) => object !== undefined)
        ? failed(name, "An object is still there after it was deleted.", OTHER_STORE)
        : passed(name, "An object can be deleted.");
    },
    { forbidden: "Allow s3:DeleteObject below STATE_PREFIX, as described in docs/security.md." },
  );
}

const OTHER_STORE = "Use AWS S3, R2, MinIO or Ceph.";

async function putBoth(bucket: Bucket, probes: ProbePair): Promise<Check> {
  for (const { key, text } of probes) {
    await bucket.put(key, Buffer.from(text), { ...STATE_HEADERS, ...SECOND_CREATE });
  }
  return passed("s3.put", "An object can be put where the records are.");
}

type StoreCheck = (ports: DoctorPorts, probes: ProbePair, name: string) => Promise<Check>;

const CHECKS: readonly (readonly [name: string, check: StoreCheck])[] = [
  ["s3.read", readBack],
  ["s3.conditional-create", createTwice],
  ["s3.answers", putInAnswer],
  ["s3.wrong-etag", sendWrongEtag],
  ["s3.compare-and-swap", swap],
  ["s3.etag-forms", tryEtagForms],
  ["s3.list", listAfter],
  ["s3.folders", listFolders],
];

async function readBack(
  { state: { bucket } }: DoctorPorts,
  [{ key, text }]: ProbePair,
  name: string,
): Promise<Check> {
  const object = await bucket.get(key);
  return object?.body.toString("utf8") === text
    ? passed(name, "An object is read back as it was put.")
    : failed(name, "An object is not read back as it was put.", OTHER_STORE);
}

async function createTwice(
  { state: { bucket } }: DoctorPorts,
  [probe]: ProbePair,
  name: string,
): Promise<Check> {
  return (await refuses(bucket, probe, SECOND_CREATE))
    ? passed(name, "An object cannot be created twice (If-None-Match).")
    : failed(
        name,
        "The store ignores If-None-Match, so images and replies may be posted twice.",
        OTHER_STORE,
      );
}

async function putInAnswer(
  { answers }: DoctorPorts,
  [{ key, text }]: ProbePair,
  name: string,
): Promise<Check> {
  await answers.put(key, Buffer.from(text), STATE_HEADERS);
  return passed(name, "The store takes the requests that answers to Slack sign without the SDK.");
}

async function sendWrongEtag(
  { state: { bucket } }: DoctorPorts,
  [probe]: ProbePair,
  name: string,
): Promise<Check> {
  return (await refuses(bucket, probe, WRONG_ETAG))
    ? passed(name, "An object cannot be replaced with a wrong ETag (If-Match).")
    : failed(
        name,
        "The store ignores If-Match, so one function may overwrite what another one wrote.",
        OTHER_STORE,
      );
}

async function swap(
  { state: { bucket } }: DoctorPorts,
  [{ key, text }]: ProbePair,
  name: string,
): Promise<Check> {
  const etag = await readEtag(bucket, key);
  const options = { ...STATE_HEADERS, ifMatch: etag };
  const { outcome } = await bucket.put(key, Buffer.from(text), options);
  return outcome === "stored"
    ? passed(name, "An object can be replaced with its ETag (If-Match).")
    : failed(name, "An object cannot be replaced with its ETag.", OTHER_STORE);
}

async function tryEtagForms(
  { state: { bucket } }: DoctorPorts,
  [{ key, text }]: ProbePair,
  name: string,
): Promise<Check> {
  const accepted: string[] = [];
  for (const form of ["quoted", "bare"] as const) {
    const bare = (await readEtag(bucket, key)).replaceAll('"', "");
    const ifMatch = form === "quoted" ? `"${bare}"` : bare;
    const options = { ...STATE_HEADERS, ifMatch, isEtagAsItIs: true };
    const put = askStore(name, async () => {
      const { outcome } = await bucket.put(key, Buffer.from(text), options);
      return { name, ok: outcome === "stored", what: "" };
    });
    accepted.push(...((await put).ok === true ? [form] : []));
  }
  if (accepted.length === 0) {
    return failed(name, "The store takes ETags neither quoted nor bare.", OTHER_STORE);
  }
  return passed(
    name,
    accepted.length === 2
      ? "The store takes ETags quoted and bare."
      : `The store takes only ${accepted.join()} ETags, which the app finds out by itself.`,
  );
}

async function readEtag(bucket: Bucket, key: string): Promise<string> {
  return (await bucket.get(key))?.etag ?? "";
}

async function listAfter(
  { state: { bucket } }: DoctorPorts,
  [first, second]: ProbePair,
  name: string,
): Promise<Check> {
  // Nobody else's probe has this prefix.
  const prefix = first.key.slice(0, first.key.lastIndexOf("-"));
  const all = await keysOf(bucket.list(prefix));
  const rest = await keysOf(bucket.list(prefix, { startAfter: first.key }));
  const isComplete = all.join() === [first.key, second.key].join();
  return isComplete && rest.join() === second.key
    ? passed(name, "Objects are listed in order, from any key on (start-after).")
    : failed(name, "Objects are not listed in order from a key on (start-after).", OTHER_STORE);
}

async function keysOf(objects: AsyncIterable<{ key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects) {
    keys.push(key);
  }
  return keys;
}

async function listFolders(
  { state: { bucket, prefix } }: DoctorPorts,
  _probes: ProbePair,
  name: string,
): Promise<Check> {
  for await (const folder of bucket.listFolders(prefix)) {
    if (folder === probeFolder(prefix)) {
      return passed(name, "Folders are listed (delimiter).");
    }
  }
  return failed(name, "Folders are not listed (delimiter).", OTHER_STORE);
}

function checkRegion({ seen: { otherRegions, skewMs } }: DoctorPorts): Check {
  const name = "s3.region";
  const [region] = otherRegions;
  if (region !== undefined) {
    const what = `A bucket is in ${region}, and every new instance asks another region first.`;
    return failed(name, what, `Set S3_REGION to ${region}.`);
  }
  return skewMs === undefined
    ? skipped(name, "The store did not answer.")
    : passed(name, "The buckets are in the region that is asked.");
}

/** Slack's requests are refused when they are 300 s off, and S3 refuses ours at 900 s. */
const MAX_SKEW_MS = 60_000;

function checkClock({ seen: { skewMs }, isDeployed }: DoctorPorts): Check {
  const name = "s3.clock";
  if (skewMs === undefined) {
    return skipped(name, "The store did not tell the time.");
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return Math.abs(skewMs) <= MAX_SKEW_MS
    ? passed(name, "The clock agrees with the store's.")
    : failed(
        name,
        `The clock is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} the store's.`,
        isDeployed
          ? "Correct the store's clock, for example with NTP."
          : "Correct the clock of this machine or of the store, for example with NTP.",
      );
}
