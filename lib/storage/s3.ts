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
  /** The address of an S3-compatible store, which implies path-style addressing. */
  endpoint?: string | undefined;
  /** Static keys, or a function that fetches them on first use. */
  credentials: Credentials | (() => Promise<Credentials>);
  /**
   * The limit for one attempt, from the request to the last byte of the response. The SDK has no
   * limit for a stalled body.
   */
  timeoutMs?: number;
  /** Called when the bucket turns out to be in another region, which is used from then on. */
  onOtherRegion?: (region: string) => void;
  /** Called with the store's time at each response, in epoch ms. */
  onDate?: ((serverMs: number) => void) | undefined;
  /** The maximum of concurrent requests. Further ones wait. */
  maxSockets?: number;
  clock: Clock;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** Loads the SDK and builds the client on first use. */
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

  // The SDK can follow redirects itself, but would ask the wrong region first on every call.
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

type Connection = Awaited<ReturnType<typeof connect>>;

interface Wire {
  abortSignal: AbortSignal;
}

type Send<Result> = (connection: Connection, wire: Wire) => Promise<Result>;

const CONNECTION_TIMEOUT_MS = 3000;

/** The SDK's default. */
const MAX_SOCKETS = 50;

async function connect(options: BucketOptions) {
  const sdk = await import("@aws-sdk/client-s3");
  const agent = { keepAlive: true, maxSockets: options.maxSockets ?? MAX_SOCKETS };
  const config: S3ClientConfig = {
    region: options.region,
    credentials: options.credentials,
    // Retries are ours, because the SDK does not retry a 409 or a truncated body.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(options.endpoint !== undefined && { endpoint: options.endpoint, forcePathStyle: true }),
  };
  const client = new sdk.S3Client(config);
  const { onDate } = options;
  if (onDate !== undefined) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const serverMs = readDate(result.response);
        if (serverMs !== undefined) {
          onDate(serverMs);
        }
        return result;
      },
      // Next to the wire, so that it sees refusals before they are thrown.
      { step: "deserialize", priority: "low" },
    );
  }
  return { ...sdk, client, region: options.region };
}

const Dated = v.object({ headers: v.object({ date: v.string() }) });

function readDate(response: unknown): number | undefined {
  const dated = v.safeParse(Dated, response);
  const serverMs = dated.success ? Date.parse(dated.output.headers.date) : Number.NaN;
  return Number.isNaN(serverMs) ? undefined : serverMs;
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

/** The signer uses the body hash from this header if it is set. */
function setPayloadHash(request: unknown, sha256: string): void {
  if (v.is(HttpRequest, request)) {
    request.headers["x-amz-content-sha256"] = sha256;
  }
}

/**
 * Returns the last key of a page, or `undefined` if no page follows.
 * @throws {StorageError} if the page does not advance: such a listing would never end.
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
    const message = `Cannot list object ${prefix}: the store reports more objects but does not advance`;
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
