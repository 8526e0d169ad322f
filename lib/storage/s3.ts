import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { jitterMs, retry } from "../retry.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import type { Connect, Connection, ListedPage, PageOptions, Place } from "./connection.ts";
import { createPutIfMatch } from "./put-if-match.ts";
import { connectSdk } from "./sdk-connection.ts";
import { inspectError, StorageError, toStorageError } from "./storage-error.ts";

/** One bucket of an S3-compatible store, with the operations that this app uses. */
export interface Bucket {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult>;
  /** `undefined` if the object does not exist. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Deleting a missing object succeeds. */
  delete(key: string): Promise<void>;
  /** Lists objects in UTF-8 byte order. */
  list(prefix: string, options?: { startAfter?: string }): AsyncIterable<ListedObject>;
  /** Lists each distinct prefix up to the next slash: "state/messages/T1/". */
  listFolders(prefix: string): AsyncIterable<string>;
}

export interface PutOptions {
  contentType: string;
  cacheControl?: string;
  /** Stores only if the key does not exist. */
  ifNoneMatch?: "*";
  /** Stores only if the object still has this ETag. */
  ifMatch?: string;
  /** Sends the ETag in this form only, with or without quotes. */
  isEtagAsItIs?: boolean;
  /**
   * The body's hash in hexadecimal. Without it the SDK would hash the body in one go and block
   * other responses.
   */
  sha256?: string;
  /** Epoch ms: no attempt runs past this. */
  deadlineMs?: number;
}

export type PutResult = { outcome: "stored"; etag: string } | { outcome: "precondition_failed" };

export interface ListedObject {
  key: string;
  sizeBytes: number;
  etag: string;
  lastModified: Date;
}

export interface BucketOptions {
  bucket: string;
  /** The bucket's configured region. */
  region: string;
  endpoint?: string | undefined;
  isSdkAddressed?: boolean;
  credentials: Place["credentials"];
  /**
   * The limit for one attempt, from the request to the last byte of the response. The SDK has no
   * limit for a stalled body.
   */
  timeoutMs?: number;
  /** Called when the bucket turns out to be in another region, which is used from then on. */
  onOtherRegion?: (region: string) => void;
  onDate?: Place["onDate"];
  maxSockets?: number;
  /** The AWS SDK's connection by default. */
  connect?: Connect;
  clock: Clock;
}

/** Connects on first use. */
export function createBucket(options: BucketOptions): Bucket {
  const { clock, timeoutMs = TIME_PLAN.storeMs, connect = connectSdk } = options;
  let region = options.region;
  let connection: Promise<Connection> | undefined;
  const connected = () => (connection ??= connect(toPlace({ ...options, region })));

  async function tried<Result>(
    send: Send<Result>,
    deadlineMs = Number.POSITIVE_INFINITY,
  ): Promise<Result> {
    await connected();
    return retry(
      () => {
        const leftMs = Math.max(deadlineMs - clock.now(), 0);
        const limit = { clock, timeoutMs: Math.min(timeoutMs, leftMs) };
        return withinLimit((abortSignal) => sendToRegion(send, abortSignal), limit);
      },
      { clock, waitMs, deadlineMs },
    );
  }

  // The SDK can follow redirects itself, but would ask the wrong region first on every call.
  async function sendToRegion<Result>(
    send: Send<Result>,
    abortSignal: AbortSignal,
  ): Promise<Result> {
    const asked = region;
    try {
      return await send(await connected(), abortSignal);
    } catch (error) {
      const named = inspectRegion(error);
      if (named === undefined || named === asked) {
        throw error;
      }
      if (named !== region) {
        region = named;
        connection = undefined;
        options.onOtherRegion?.(named);
      }
      return send(await connected(), abortSignal);
    }
  }

  async function putOnce(key: string, body: Uint8Array, wanted: PutOptions): Promise<PutResult> {
    try {
      const etag = await tried(
        (store, abortSignal) => store.put({ ...wanted, key, body }, abortSignal),
        wanted.deadlineMs,
      );
      return { outcome: "stored", etag };
    } catch (error) {
      if (isPreconditionFailure(error, wanted)) {
        return { outcome: "precondition_failed" };
      }
      throw toStorageError("store", key, error);
    }
  }

  async function get(key: string): Promise<StoredObject | undefined> {
    try {
      return await tried((store, abortSignal) => store.get(key, abortSignal));
    } catch (error) {
      if (inspectError(error).code === "NoSuchKey") {
        return undefined;
      }
      throw toStorageError("read", key, error);
    }
  }

  async function remove(key: string): Promise<void> {
    try {
      await tried((store, abortSignal) => store.delete(key, abortSignal));
    } catch (error) {
      throw toStorageError("delete", key, error);
    }
  }

  async function* list(
    prefix: string,
    page: { startAfter?: string } = {},
  ): AsyncIterable<ListedObject> {
    let startAfter = page.startAfter;
    do {
      const listed = await listPage({ prefix, startAfter });
      const next = nextOf(listed, { prefix, after: startAfter });
      yield* listed.objects;
      startAfter = next;
    } while (startAfter !== undefined);
  }

  async function* listFolders(prefix: string): AsyncIterable<string> {
    let token: string | undefined;
    let last: string | undefined;
    do {
      const listed = await listPage({ prefix, delimiter: "/", token });
      last = nextOf(listed, { prefix, after: last });
      yield* listed.folders;
      token = listed.nextToken;
    } while (last !== undefined);
  }

  async function listPage(page: PageOptions): Promise<ListedPage> {
    try {
      return await tried((store, abortSignal) => store.list(page, abortSignal));
    } catch (error) {
      throw toStorageError("list", page.prefix, error);
    }
  }

  const putIfMatch = createPutIfMatch({ putOnce, get });

  function put(key: string, body: Uint8Array, wanted: PutOptions): Promise<PutResult> {
    const { ifMatch, isEtagAsItIs = false } = wanted;
    return ifMatch === undefined || isEtagAsItIs
      ? putOnce(key, body, wanted)
      : putIfMatch(key, body, { ...wanted, ifMatch });
  }

  return { put, get, delete: remove, list, listFolders };
}

export interface StoredObject {
  body: Buffer;
  etag: string;
}

type Send<Result> = (connection: Connection, abortSignal: AbortSignal) => Promise<Result>;

function toPlace(options: BucketOptions): Place {
  const { bucket, region, endpoint, isSdkAddressed = false, credentials, clock } = options;
  const { maxSockets, onDate } = options;
  return { bucket, region, endpoint, isSdkAddressed, credentials, maxSockets, onDate, clock };
}

/**
 * Returns the last key of a page, or `undefined` if no page follows.
 * @throws {StorageError} if the page does not advance: such a listing would never end.
 */
function nextOf(
  page: ListedPage,
  { prefix, after }: { prefix: string; after: string | undefined },
): string | undefined {
  if (!page.isTruncated) {
    return undefined;
  }
  const lasts = [page.objects.at(-1)?.key, page.folders.at(-1)];
  const [last] = lasts
    .filter((key) => key !== undefined)
    .toSorted(byBytes)
    .toReversed();
  if (last === undefined || (after !== undefined && byBytes(last, after) <= 0)) {
    const message = `Cannot list object ${prefix}: the store reports more objects but does not advance`;
    throw new StorageError(message, { code: "NoProgress" });
  }
  return last;
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/**
 * A missing status means that the connection broke or timed out. A 409 means that two conditional
 * puts raced.
 */
function waitMs(error: unknown, attempt: number): number | undefined {
  const { status, code } = inspectError(error);
  const isTransient =
    status === undefined
      ? code !== "CredentialsProviderError"
      : status >= 500 || status === 429 || TRANSIENT_CODES.has(code);
  return isTransient ? jitterMs(attempt) : undefined;
}

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  "ConditionalRequestConflict",
  "OperationAborted",
  "RequestTimeout",
  // The SDK has learnt the server's time from the refusal.
  "RequestTimeTooSkewed",
]);

/** With `If-Match`, S3 returns 404 if the object is gone. */
function isPreconditionFailure(error: unknown, wanted: PutOptions): boolean {
  const { status, code } = inspectError(error);
  return status === 412 || (wanted.ifMatch !== undefined && code === "NoSuchKey");
}

/**
 * The region that a refusal names (S3's 301, 307 and `AuthorizationHeaderMalformed`). It is
 * validated because it becomes part of a host name.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html
 */
function inspectRegion(error: unknown): string | undefined {
  const refusal = v.safeParse(Misdirected, error);
  if (!refusal.success) {
    return undefined;
  }
  const { Region: region = refusal.output.$response?.headers?.["x-amz-bucket-region"] } =
    refusal.output;
  return region !== undefined && /^[a-z\d-]{1,32}$/u.test(region) ? region : undefined;
}

const Misdirected = v.object({
  $metadata: v.object({ httpStatusCode: v.picklist([301, 307, 400]) }),
  Region: v.optional(v.string()),
  $response: v.optional(
    v.object({ headers: v.optional(v.record(v.string(), v.optional(v.string()))) }),
  ),
});
