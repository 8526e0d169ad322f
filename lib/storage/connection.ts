import type { Clock } from "../clock.ts";
import type { Credentials } from "./credentials.ts";
import type { ListedObject, StoredObject } from "./s3.ts";

/** Connects to a bucket, at the address that `place` names. */
export type Connect = (place: Place) => Promise<Connection>;

export interface Place {
  bucket: string;
  region: string;
  /** The address of an S3-compatible store, which implies path-style addressing. */
  endpoint: string | undefined;
  /** Only the AWS SDK knows where S3 is. */
  isSdkAddressed: boolean;
  /** Static keys, or a function that fetches them on first use. */
  credentials: Credentials | (() => Promise<Credentials>);
  /** The maximum of concurrent requests. Further ones wait. */
  maxSockets: number | undefined;
  /** Called with the store's time at each response, in epoch ms. */
  onDate: ((serverMs: number) => void) | undefined;
  clock: Clock;
}

/**
 * The wire of one bucket. Each call sends one request, without retries. It rejects with an error that `inspectError` and
 * `inspectRegion` read.
 */
export interface Connection {
  /** Returns the ETag, or "" where the store sends none. */
  put(object: ObjectToPut, abortSignal: AbortSignal): Promise<string>;
  get(key: string, abortSignal: AbortSignal): Promise<StoredObject>;
  delete(key: string, abortSignal: AbortSignal): Promise<void>;
  list(options: PageOptions, abortSignal: AbortSignal): Promise<ListedPage>;
}

export interface ObjectToPut {
  key: string;
  body: Uint8Array;
  contentType: string;
  cacheControl?: string | undefined;
  ifNoneMatch?: "*" | undefined;
  ifMatch?: string | undefined;
  /** The body's hash in hexadecimal, if it is known already. */
  sha256?: string | undefined;
}

export interface PageOptions {
  prefix: string;
  startAfter?: string | undefined;
  delimiter?: "/";
  token?: string | undefined;
}

export interface ListedPage {
  objects: readonly ListedObject[];
  folders: readonly string[];
  isTruncated: boolean;
  nextToken: string | undefined;
}
