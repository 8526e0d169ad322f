import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";

/** A path-style request (`/bucket/key`) without its body. */
export interface S3RequestHead {
  method: string;
  /** The percent-encoded path as sent, without the query. */
  path: string;
  /** Empty if the request is to the service itself. */
  bucket: string;
  /** Empty if the request is to a bucket. */
  key: string;
  query: URLSearchParams;
  /** By lower-case name. The values of a repeated header are joined by commas. */
  headers: ReadonlyMap<string, string>;
}

export interface S3Request extends S3RequestHead {
  body: Buffer;
}

/** S3 accepts 5 GiB in one PUT. This server holds bodies in memory. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

export function parseRequestHead(
  incoming: Pick<IncomingMessage, "method" | "url" | "rawHeaders">,
): S3RequestHead {
  const target = incoming.url ?? "";
  const queryAt = target.indexOf("?");
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  const [bucket, key] = parsePath(path);
  return {
    method: incoming.method ?? "",
    path,
    bucket,
    key,
    query: new URLSearchParams(queryAt === -1 ? "" : target.slice(queryAt + 1)),
    headers: joinHeaders(incoming.rawHeaders),
  };
}

/** Refuses a body by its announced length, before reading it. */
export function verifyBodyLength({ method, headers }: S3RequestHead): void {
  const length = headers.get("content-length");
  const carriesBody = method === "PUT" || method === "POST" || headers.has("transfer-encoding");
  if (length === undefined && carriesBody) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  if (Number(length ?? 0) > MAX_BODY_BYTES) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
}

export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    if (Buffer.isBuffer(chunk)) {
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

function parsePath(path: string): [bucket: string, key: string] {
  if (!path.startsWith("/")) {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
  const slashAt = path.indexOf("/", 1);
  if (slashAt === -1) {
    return [decode(path.slice(1)), ""];
  }
  return [decode(path.slice(1, slashAt)), decode(path.slice(slashAt + 1))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
}

/** Node's `headers` drops repeats of some headers, but the signature covers all of them. */
function joinHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}
