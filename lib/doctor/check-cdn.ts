import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { StorageError } from "../storage/storage-error.ts";
import { cdnPaths, imageKey, imageKeyPrefix, IMMUTABLE, publicUrl } from "../storage/object-key.ts";
import { readPublicly } from "../storage/read-publicly.ts";
import { adviseOnCdn } from "../storage/store-advice.ts";
import type { Probe } from "../sweep/check-deployment.ts";
import { type Check, failed, passed, PRIVACY, skipped } from "./check.ts";
import type { DoctorPorts } from "./doctor-ports.ts";
import { askStore, toSentence, toWord } from "./store-failure.ts";

/** Puts an image, looks at it as a reader's browser does, deletes it, and has the CDN forget it. */
export async function checkImages(ports: DoctorPorts, uuid: string): Promise<Check[]> {
  const key = imageKey(ports.config.imagePrefix, uuid, "png");
  const checks: Check[] = [];
  let isPut = false;
  try {
    const put = await askStore("s3.images", () => putImage(ports, key), {
      forbidden:
        "Allow s3:PutObject, s3:GetObject and s3:DeleteObject below IMAGE_PREFIX, as described in docs/security.md.",
    });
    isPut = put.ok === true;
    const unseen = LOOKS.map((name) => skipped(name, "No image could be put to look at."));
    checks.push(put, ...(isPut ? await look(ports, key) : unseen));
  } finally {
    const deletion = await askStore("s3.images.delete", () => deleteImage(ports, key), {
      forbidden: "Allow s3:DeleteObject below IMAGE_PREFIX, as described in docs/security.md.",
    });
    checks.push(isPut ? deletion : skipped(deletion.name, "No image could be put to delete."));
    checks.push(await invalidate(ports, { uuid, isPut }));
  }
  return checks;
}

/** Whether a reader's browser can read a record. */
export async function checkPrivacy(
  { config, clock }: DoctorPorts,
  { key, text }: Probe,
): Promise<Check> {
  const limit = { clock, timeoutMs: TIME_PLAN.recordMs };
  try {
    const read = await readPublicly(publicUrl(config.publicBaseUrl, key), limit);
    return read?.includes(text) === true
      ? failed(
          PRIVACY,
          "ANYBODY CAN READ THE RECORDS under PUBLIC_BASE_URL: who posted what, when and where.",
          "Let the CDN serve IMAGE_PREFIX only, as described in docs/security.md, or set STATE_BUCKET to a private bucket.",
        )
      : passed(PRIVACY, "Nobody can read the records under PUBLIC_BASE_URL.");
  } catch {
    return skipped(PRIVACY, "PUBLIC_BASE_URL does not answer, so nobody can say who reads there.");
  }
}

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==",
  "base64",
);

async function putImage({ images }: DoctorPorts, key: string): Promise<Check> {
  const options = { contentType: "image/png", cacheControl: IMMUTABLE, ifNoneMatch: "*" } as const;
  await images.put(key, PIXEL, options);
  return passed("s3.images", "An image can be put where readers look for it.");
}

async function deleteImage({ images }: DoctorPorts, key: string): Promise<Check> {
  await images.delete(key);
  return passed("s3.images.delete", "An image can be deleted.");
}

/** Needs no image, but costs money once a month's free paths are used up. */
async function invalidate(
  { cdn, config }: DoctorPorts,
  { uuid, isPut }: { uuid: string; isPut: boolean },
): Promise<Check> {
  const name = "cdn.invalidation";
  if (cdn === undefined) {
    return skipped(
      name,
      "CLOUDFRONT_DISTRIBUTION_ID is not set, so a CDN may keep deleted images for up to a year.",
    );
  }
  if (!isPut) {
    return skipped(name, "No image could be put to delete.");
  }
  const { publicBaseUrl, imagePrefix } = config;
  const paths = cdnPaths(publicBaseUrl, imageKeyPrefix(imagePrefix, uuid));
  try {
    const answer = await cdn.invalidate(paths, { reference: uuid });
    const cost = `this cost ${paths.length} of the 1,000 paths that are free each month`;
    return answer.outcome === "invalidated"
      ? passed(name, `CloudFront forgets a deleted image (${cost}).`)
      : failed(
          name,
          `CloudFront refuses to forget a deleted image: ${answer.status} ${toWord(answer.code)}.`,
          toSentence(adviseOnCdn(answer)),
        );
  } catch (error) {
    if (!(error instanceof StorageError)) {
      throw error;
    }
    const { status, code } = error;
    return status === undefined
      ? failed(name, `CloudFront does not answer: ${toWord(code)}.`, CDN_DOWN)
      : skipped(name, `CloudFront is busy or down: ${status} ${toWord(code)}.`, CDN_DOWN);
  }
}

const CDN_DOWN =
  "Run the doctor again later. Deletions stay open until CloudFront answers, and the sweep finishes them.";

const LOOKS = ["cdn.image", "cdn.type", "cdn.cache", "cdn.nosniff"] as const;

const UNREACHABLE =
  "Set PUBLIC_BASE_URL to the CDN's address, and let the CDN serve IMAGE_PREFIX, as described in docs/security.md.";

async function look({ config, clock }: DoctorPorts, key: string): Promise<Check[]> {
  const url = publicUrl(config.publicBaseUrl, key);
  const [image, ...others] = LOOKS;
  const unseen = (check: Check) => [
    check,
    ...others.map((name) => skipped(name, "No image is reachable.")),
  ];
  const answer = await fetchImage(url, clock);
  if (answer === undefined) {
    return unseen(failed(image, "PUBLIC_BASE_URL does not answer.", UNREACHABLE));
  }
  const { status, headers, isSame } = answer;
  if (status !== 200) {
    return unseen(failed(image, `An image under PUBLIC_BASE_URL answers ${status}.`, UNREACHABLE));
  }
  if (!isSame) {
    return unseen(failed(image, "PUBLIC_BASE_URL serves something else.", UNREACHABLE));
  }
  return [passed(image, "An image is reachable under PUBLIC_BASE_URL."), ...judge(headers)];
}

function judge(headers: Headers): Check[] {
  return [
    headers.get("content-type") === "image/png"
      ? passed("cdn.type", "It is served with its type.")
      : failed(
          "cdn.type",
          "An image is served without its type.",
          "Let the CDN pass the object's Content-Type on.",
        ),
    /\bimmutable\b/u.test(headers.get("cache-control") ?? "")
      ? passed("cdn.cache", "Browsers keep it (immutable).")
      : failed(
          "cdn.cache",
          "An image is served without Cache-Control: immutable.",
          "Let the CDN pass the object's Cache-Control on.",
        ),
    headers.get("x-content-type-options")?.toLowerCase() === "nosniff"
      ? passed("cdn.nosniff", "No browser takes it for a page (nosniff).")
      : failed(
          "cdn.nosniff",
          "An image is served without X-Content-Type-Options: nosniff.",
          "Add the header with the CDN's response headers policy, as described in docs/security.md.",
        ),
  ];
}

/** `undefined`: there was no response. */
async function fetchImage(
  url: string,
  clock: DoctorPorts["clock"],
): Promise<{ status: number; headers: Headers; isSame: boolean } | undefined> {
  async function read(signal: AbortSignal) {
    const response = await fetch(url, { signal });
    const { status, headers } = response;
    return { status, headers, isSame: PIXEL.equals(Buffer.from(await response.arrayBuffer())) };
  }
  try {
    return await withinLimit(read, { clock, timeoutMs: TIME_PLAN.storeMs });
  } catch {
    return undefined;
  }
}
