import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import aws4 from "aws4";
import { inspectOrigin } from "./bucket-origin.ts";
import type { Connection, Place } from "./connection.ts";
import { rememberCredentials } from "./credentials.ts";
import { connectSdk } from "./sdk-connection.ts";

/**
 * Connects without the AWS SDK: reads and writes one small object per request. An answer uses it, because a
 * cold instance would load the SDK for longer than everything else that it does before the answer. What only the SDK can do
 * (lists, deletions, addresses of access points, unusual keys) is left to the SDK.
 */
export async function connectSigned(place: Place): Promise<Connection> {
  const origin = inspectOrigin(place);
  if (origin === undefined) {
    return connectSdk(place);
  }
  const { region } = place;
  const credentials = rememberCredentials(place.credentials, place.clock);
  let sdk: Promise<Connection> | undefined;
  const openSdk = () => (sdk ??= connectSdk(place));
  // How far the store's clock is ahead of ours.
  let skewMs = 0;

  async function send(key: string, { signal, ...sent }: Sent): Promise<Response> {
    const url = new URL(`${origin}/${encodeKey(key)}`);
    const signed = aws4.sign(
      {
        ...sent,
        service: "s3",
        region,
        host: url.host,
        path: url.pathname,
        headers: { ...sent.headers, "X-Amz-Date": toAmzDate(Date.now() + skewMs) },
      },
      await credentials(),
    );
    const headers = new Headers();
    for (const [name, value] of Object.entries(signed.headers ?? {})) {
      headers.set(name, String(value));
    }
    // A redirect names the bucket's region, and its target needs another signature.
    const response = await fetch(url, { ...sent, headers, redirect: "manual", signal });
    const serverMs = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(serverMs)) {
      place.onDate?.(serverMs);
    }
    if (response.ok) {
      return response;
    }
    const refusal = await readRefusal(response);
    if (refusal.name === "RequestTimeTooSkewed" && !Number.isNaN(serverMs)) {
      skewMs = serverMs - Date.now();
    }
    throw refusal;
  }

  return {
    async put(object, signal) {
      if (hasDotSegment(object.key)) {
        return (await openSdk()).put(object, signal);
      }
      const { key, body, sha256 = hash(body), ...wanted } = object;
      const headers = withoutAbsent({
        "content-type": wanted.contentType,
        "cache-control": wanted.cacheControl,
        "if-none-match": wanted.ifNoneMatch,
        "if-match": wanted.ifMatch,
        "x-amz-content-sha256": sha256,
        "x-amz-checksum-crc32": toBase64(crc32(body)),
      });
      const response = await send(key, { method: "PUT", headers, body: Buffer.from(body), signal });
      await response.arrayBuffer();
      return response.headers.get("etag") ?? "";
    },
    async get(key, signal) {
      if (hasDotSegment(key)) {
        return (await openSdk()).get(key, signal);
      }
      const headers = { "x-amz-content-sha256": EMPTY_SHA256 };
      const response = await send(key, { method: "GET", headers, signal });
      const body = Buffer.from(await response.arrayBuffer());
      return { body, etag: response.headers.get("etag") ?? "" };
    },
    delete: async (key, abortSignal) => (await openSdk()).delete(key, abortSignal),
    list: async (options, abortSignal) => (await openSdk()).list(options, abortSignal),
  };
}

interface Sent {
  method: "GET" | "PUT";
  headers: Record<string, string>;
  body?: Buffer<ArrayBuffer>;
  signal: AbortSignal;
}

/** A refusal in the shape of the SDK's errors, which `inspectError` and `inspectRegion` read. */
class RefusalError extends Error {
  readonly $metadata: { httpStatusCode: number };
  readonly Region: string | undefined;

  constructor(code: string, { status, region }: { status: number; region: string | undefined }) {
    super(`The store answered ${status} ${code}`);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
    this.Region = region;
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
async function readRefusal(response: Response): Promise<RefusalError> {
  const xml = await response.text();
  const inspect = (element: string) =>
    new RegExp(`<${element}>([\\w-]{1,64})</${element}>`, "u").exec(xml)?.[1];
  return new RefusalError(inspect("Code") ?? "UnknownError", {
    status: response.status,
    region: inspect("Region") ?? response.headers.get("x-amz-bucket-region") ?? undefined,
  });
}

const EMPTY_SHA256 = hash(Buffer.alloc(0));

function hash(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function toBase64(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString("base64");
}

/** A URL resolves "." and "..", and would name another object. */
function hasDotSegment(key: string): boolean {
  return key.split("/").some((segment) => segment === "." || segment === "..");
}

function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

/** `20261126T101500Z` */
function toAmzDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replaceAll(/[:-]|\.\d{3}/gu, "");
}

function withoutAbsent(headers: Record<string, string | undefined>): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      present[name] = value;
    }
  }
  return present;
}
