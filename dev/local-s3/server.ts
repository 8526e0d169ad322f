import { once } from "node:events";
import { createServer } from "node:http";
import { readPort } from "../stack/free-port.ts";
import { verifyAccess } from "./access.ts";
import { type Buckets, createBuckets } from "./buckets.ts";
import { type RecordedRequest, serveConnection } from "./connection.ts";
import { openDiskRoom } from "./disk-shelf.ts";
import { createFaults, type FaultRule } from "./faults.ts";
import { createMemoryRoom } from "./memory-shelf.ts";
import type { S3Request } from "./request.ts";
import { route } from "./router.ts";
import type { ObjectFacts, StoredObject } from "./stored-object.ts";

export interface LocalS3Options {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Keeps objects here, for one server at a time. The default is memory. */
  directory?: string;
  /** Creates missing buckets. The first one is `LocalS3.bucket`. */
  bucket?: string | readonly string[];
  region?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  /** Every signed request must carry it, if given. */
  sessionToken?: string | undefined;
  /** Anybody may read the objects under these prefixes. */
  publicPrefixes?: readonly string[];
  /** Headers of the answers to anonymous reads. By default those that a CDN should add. */
  publicHeaders?: Readonly<Record<string, string>>;
  /** Ignores these conditions, or all of them, as some stores do. */
  ignoresConditions?: true | readonly Condition[];
  now?: () => number;
  /** Decides whether a fault with a probability strikes. */
  random?: () => number;
  /** Called when a request comes, and once more when it is over. */
  onTraffic?: (request: RecordedRequest) => void;
}

export interface LocalS3 extends AsyncDisposable {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The address of public objects: `endpoint/bucket`. */
  publicBaseUrl: string;
  requests: readonly RecordedRequest[];
  /** Returns objects in key order. The default is the first bucket. */
  objects: (prefix?: string, bucket?: string) => StoredObject[];
  /** The same without the bytes. */
  facts: (prefix?: string, bucket?: string) => ObjectFacts[];
  /** Stores an object in the first bucket without a request. */
  put: (object: StoredObject) => void;
  /** Orders a fault, from the next request on. */
  fault: (rule: FaultRule) => void;
  clearFaults: () => void;
  /** Returns the rules that may still strike. */
  faults: () => readonly FaultRule[];
  endFaults: (name: string) => void;
  /** Drops all open connections, including stalled ones. */
  close: () => Promise<void>;
}

/** Serves S3's path-style API on 127.0.0.1. */
export async function startLocalS3(options: LocalS3Options = {}): Promise<LocalS3> {
  const {
    region = "us-east-1",
    accessKeyId = "local-access-key",
    secretAccessKey = "local-secret-key",
    ignoresConditions: ignored = [],
  } = options;
  const { publicPrefixes = ["images/"], now = Date.now, random = Math.random } = options;
  const { publicHeaders = { "x-content-type-options": "nosniff" } } = options;
  const signer = { accessKeyId, secretAccessKey, region, sessionToken: options.sessionToken };
  const { buckets, bucket } = openBuckets(options);
  const faults = createFaults(random, now);
  const requests: RecordedRequest[] = [];
  const connection = {
    faults,
    requests,
    now,
    onTraffic: options.onTraffic ?? (() => undefined),
    execute(request: Parameters<typeof route>[0]) {
      const { isSigned } = verifyAccess(request, signer, publicPrefixes, now());
      const heard = withoutConditions(request, ignored === true ? CONDITIONS : ignored);
      const response = route(heard, { buckets, region, nowMs: now() });
      const headers = isSigned ? response.headers : { ...response.headers, ...publicHeaders };
      return { ...response, headers };
    },
  };
  const server = createServer(
    (incoming, outgoing) => void serveConnection(incoming, outgoing, connection),
  );
  // Clients must close idle connections first, or a closed connection looks like a fault.
  server.keepAliveTimeout = 120_000;
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${readPort(server.address())}`;

  async function close(): Promise<void> {
    if (server.listening) {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }
  }

  return {
    endpoint,
    bucket,
    region,
    accessKeyId,
    secretAccessKey,
    publicBaseUrl: `${endpoint}/${bucket}`,
    requests,
    objects: (prefix = "", name = bucket) => readObjects(buckets, name, prefix),
    put: (object) => buckets.find(bucket)?.put(object),
    fault: faults.add,
    facts: (prefix = "", name = bucket) => findFacts(buckets, name, prefix),
    clearFaults: faults.clear,
    faults: faults.list,
    endFaults: faults.remove,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const DEFAULT_BUCKET = "local-images";

function openBuckets({ directory, bucket = DEFAULT_BUCKET }: LocalS3Options): {
  buckets: Buckets;
  bucket: string;
} {
  const buckets = createBuckets(
    directory === undefined ? createMemoryRoom() : openDiskRoom(directory),
  );
  const names = typeof bucket === "string" ? [bucket] : bucket;
  for (const name of names) {
    buckets.create(name);
  }
  return { buckets, bucket: names[0] ?? DEFAULT_BUCKET };
}

const CONDITIONS = ["if-match", "if-none-match"] as const;
type Condition = (typeof CONDITIONS)[number];

function withoutConditions(request: S3Request, ignored: readonly string[]): S3Request {
  const headers = [...request.headers].filter(([name]) => !ignored.includes(name));
  return { ...request, headers: new Map(headers) };
}

function findFacts(buckets: Buckets, bucket: string, prefix: string): ObjectFacts[] {
  const facts = buckets.find(bucket)?.inOrder() ?? [];
  return facts.filter(({ key }) => key.startsWith(prefix));
}

function readObjects(buckets: Buckets, bucket: string, prefix: string): StoredObject[] {
  const found = findFacts(buckets, bucket, prefix);
  return found.flatMap((facts) => buckets.find(bucket)?.read(facts) ?? []);
}
