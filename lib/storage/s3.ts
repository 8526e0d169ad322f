import type {
  _Object,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
  S3ClientConfig,
} from "@aws-sdk/client-s3";
import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { jitterMs, retry } from "../retry.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { createPutIfMatch } from "./put-if-match.ts";
import { inspectError, StorageError, toStorageError } from "./storage-error.ts";

/** One bucket of an S3-compatible store, and what this app does with it. */
export interface Bucket {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult>;
  /** `undefined` when there is no such object. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Deleting what is not there is fine. */
  delete(key: string): Promise<void>;
  /** In UTF-8 byte order. */
  list(prefix: string, options?: { startAfter?: string }): AsyncIterable<ListedObject>;
  /** What keys with this prefix have up to the next slash, each once: "state/messages/T1/". */
  listFolders(prefix: string): AsyncIterable<string>;
}

export interface PutOptions {
  contentType: string;
  cacheControl?: string;
  /** Only when the key does not exist. */
  ifNoneMatch?: "*";
  /** Only when the object still has this ETag. */
  ifMatch?: string;
  /** The hash of the body, in hexadecimal digits. The SDK would hash it all at once, and hold up answers meanwhile. */
  sha256?: string;
  /** Epoch ms: no try goes on after it. */
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
  /** Where the bucket is taken to be. */
  region: string;
  /** Of an S3-compatible store; path-style addressing is used with it. */
  endpoint?: string | undefined;
  /** Static keys, or how to get them when they are first needed. */
  credentials: Credentials | (() => Promise<Credentials>);
  /** One try, from the request to the last byte of the answer: a body that stalls has no limit in the SDK. */
  timeoutMs?: number;
  /** The bucket is in that region, where it is asked from now on. */
  onOtherRegion?: (region: string) => void;
  /** Requests at the same time; the others wait. */
  maxSockets?: number;
  clock: Clock;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** The SDK is loaded, and the client built, with the first call. */
export function createBucket(options: BucketOptions): Bucket {
  const { bucket, clock, timeoutMs = TIME_PLAN.storeMs } = options;
  let region = options.region;
  let connection: Promise<Connection> | undefined;
  const connected = () => (connection ??= connect({ ...options, region }));

  async function tried<Result>(
    send: Send<Result>,
    deadlineMs = Number.POSITIVE_INFINITY,
  ): Promise<Result> {
    await connected();
    return retry(
      () => {
        const leftMs = Math.max(deadlineMs - clock.now(), 0);
        const limit = { clock, timeoutMs: Math.min(timeoutMs, leftMs) };
        return withinLimit((abortSignal) => sendToRegion(send, { abortSignal }), limit);
      },
      { clock, waitMs, deadlineMs },
    );
  }

  // The SDK could follow by itself, but would ask the wrong region first with every call.
  async function sendToRegion<Result>(send: Send<Result>, wire: Wire): Promise<Result> {
    const asked = await connected();
    try {
      return await send(asked, wire);
    } catch (error) {
      const named = inspectRegion(error);
      if (named === undefined || named === asked.region) {
        throw error;
      }
      if (named !== region) {
        region = named;
        connection = undefined;
        options.onOtherRegion?.(named);
      }
      return send(await connected(), wire);
    }
  }

  async function putOnce(key: string, body: Uint8Array, wanted: PutOptions): Promise<PutResult> {
    const input = toPutInput({ Bucket: bucket, Key: key, Body: body }, wanted);
    try {
      const { ETag } = await tried(({ client, PutObjectCommand }, wire) => {
        const command = new PutObjectCommand(input);
        const { sha256 } = wanted;
        if (sha256 !== undefined) {
          command.middlewareStack.add(
            (next) => (args) => {
              setPayloadHash(args.request, sha256);
              return next(args);
            },
            { step: "build" },
          );
        }
        return client.send(command, wire);
      }, wanted.deadlineMs);
      return { outcome: "stored", etag: ETag ?? "" };
    } catch (error) {
      if (isPreconditionFailure(error, wanted)) {
        return { outcome: "precondition_failed" };
      }
      throw toStorageError("store", key, error);
    }
  }

  async function get(key: string): Promise<StoredObject | undefined> {
    async function attempt({ client, GetObjectCommand }: Connection, wire: Wire) {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), wire);
      const body = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      return { body, etag: object.ETag ?? "" };
    }
    try {
      return await tried(attempt);
    } catch (error) {
      if (inspectError(error).code === "NoSuchKey") {
        return undefined;
      }
      throw toStorageError("read", key, error);
    }
  }

  async function remove(key: string): Promise<void> {
    const input = { Bucket: bucket, Key: key };
    try {
      await tried(({ client, DeleteObjectCommand }, wire) =>
        client.send(new DeleteObjectCommand(input), wire),
      );
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
      const listed = await listPage({ Prefix: prefix, StartAfter: startAfter });
      const next = nextOf(listed, { prefix, after: startAfter });
      yield* (listed.Contents ?? []).map(toListedObject);
      startAfter = next;
    } while (startAfter !== undefined);
  }

  async function* listFolders(prefix: string): AsyncIterable<string> {
    let token: string | undefined;
    let last: string | undefined;
    do {
      const listed = await listPage({
        Prefix: prefix,
        Delimiter: "/",
        ContinuationToken: token,
      });
      last = nextOf(listed, { prefix, after: last });
      yield* (listed.CommonPrefixes ?? []).map((folder) => folder.Prefix ?? "");
      token = listed.NextContinuationToken;
    } while (last !== undefined);
  }

  async function listPage(
    input: Omit<ListObjectsV2CommandInput, "Bucket"> & { Prefix: string },
  ): Promise<ListObjectsV2CommandOutput> {
    try {
      return await tried(({ client, ListObjectsV2Command }, wire) =>
        client.send(new ListObjectsV2Command({ Bucket: bucket, ...input }), wire),
      );
    } catch (error) {
      throw toStorageError("list", input.Prefix, error);
    }
  }

  const putIfMatch = createPutIfMatch({ putOnce, get });

  function put(key: string, body: Uint8Array, wanted: PutOptions): Promise<PutResult> {
    const { ifMatch } = wanted;
    return ifMatch === undefined
      ? putOnce(key, body, wanted)
      : putIfMatch(key, body, { ...wanted, ifMatch });
  }

  return { put, get, delete: remove, list, listFolders };
}

export interface StoredObject {
  body: Buffer;
  etag: string;
}

type Connection = Awaited<ReturnType<typeof connect>>;

interface Wire {
  abortSignal: AbortSignal;
}

type Send<Result> = (connection: Connection, wire: Wire) => Promise<Result>;

const CONNECTION_TIMEOUT_MS = 3000;

/** As many as the SDK allows by itself. */
const MAX_SOCKETS = 50;

async function connect(options: BucketOptions) {
  const sdk = await import("@aws-sdk/client-s3");
  const agent = { keepAlive: true, maxSockets: options.maxSockets ?? MAX_SOCKETS };
  const config: S3ClientConfig = {
    region: options.region,
    credentials: options.credentials,
    // Retries are ours: the SDK's leave out 409 and a body that breaks off.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(options.endpoint !== undefined && { endpoint: options.endpoint, forcePathStyle: true }),
  };
  return { ...sdk, client: new sdk.S3Client(config), region: options.region };
}

function toPutInput(
  object: { Bucket: string; Key: string; Body: Uint8Array },
  wanted: PutOptions,
): PutObjectCommandInput {
  return {
    ...object,
    ContentType: wanted.contentType,
    CacheControl: wanted.cacheControl,
    IfNoneMatch: wanted.ifNoneMatch,
    IfMatch: wanted.ifMatch,
  };
}

const HttpRequest = v.object({ headers: v.record(v.string(), v.string()) });

/** The signer takes the hash of a body from this header, where it is. */
function setPayloadHash(request: unknown, sha256: string): void {
  if (v.is(HttpRequest, request)) {
    request.headers["x-amz-content-sha256"] = sha256;
  }
}

/**
 * The last key of a page, or `undefined` when no page follows.
 * @throws {StorageError} when it is no further than the page before: such a listing would never end.
 */
function nextOf(
  page: ListObjectsV2CommandOutput,
  { prefix, after }: { prefix: string; after: string | undefined },
): string | undefined {
  if (page.IsTruncated !== true) {
    return undefined;
  }
  const lasts = [page.Contents?.at(-1)?.Key, page.CommonPrefixes?.at(-1)?.Prefix];
  const [last] = lasts
    .filter((key) => key !== undefined)
    .toSorted(byBytes)
    .toReversed();
  if (last === undefined || (after !== undefined && byBytes(last, after) <= 0)) {
    const message = `Cannot list object ${prefix}: the store says that there is more, and does not go on`;
    throw new StorageError(message, { code: "NoProgress" });
  }
  return last;
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function toListedObject(object: _Object): ListedObject {
  return {
    key: object.Key ?? "",
    sizeBytes: object.Size ?? 0,
    etag: object.ETag ?? "",
    lastModified: object.LastModified ?? new Date(0),
  };
}

/** No status at all is a connection that broke or timed out. 409 is two conditional puts that raced. */
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

/** With `If-Match`, S3 answers 404 when the object is gone. */
function isPreconditionFailure(error: unknown, wanted: PutOptions): boolean {
  const { status, code } = inspectError(error);
  return status === 412 || (wanted.ifMatch !== undefined && code === "NoSuchKey");
}

/**
 * The region that a refusal names: S3's 301, 307 and `AuthorizationHeaderMalformed`. It becomes part of a host's name.
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
