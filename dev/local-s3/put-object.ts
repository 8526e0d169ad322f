import { createHash } from "node:crypto";
import type { ObjectStore } from "./object-store.ts";
import type { S3Request } from "./request.ts";
import type { S3Response } from "./response.ts";
import { S3Error } from "./s3-error.ts";

const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function putObject(
  { key, headers, body }: S3Request,
  store: ObjectStore,
  nowMs: number,
): S3Response {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", "Your key is too long");
  }
  verifyCondition(store.find(key)?.etag, headers.get("if-match"), headers.get("if-none-match"));
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  store.put({
    key,
    body,
    etag,
    sizeBytes: body.length,
    lastModifiedMs: Math.floor(nowMs / 1000) * 1000,
    contentType: headers.get("content-type") ?? "binary/octet-stream",
    cacheControl: headers.get("cache-control"),
    contentDisposition: headers.get("content-disposition"),
    contentEncoding: headers.get("content-encoding"),
    metadata: readMetadata(headers),
  });
  return { status: 200, headers: { etag } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function verifyCondition(
  etag: string | undefined,
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): void {
  if (ifNoneMatch !== undefined && (ifNoneMatch !== "*" || ifMatch !== undefined)) {
    throw new S3Error(
      "NotImplemented",
      "A header you provided implies functionality that is not implemented: If-None-Match",
    );
  }
  if (ifMatch !== undefined && etag === undefined) {
    throw new S3Error("NoSuchKey", "The specified key does not exist.");
  }
  const isWanted = ifMatch === undefined || isSameEtag(ifMatch, etag);
  if (!isWanted || (ifNoneMatch === "*" && etag !== undefined)) {
    throw new S3Error(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
  }
}

/** AWS accepts an ETag with or without quotes. */
function isSameEtag(condition: string, etag: string | undefined): boolean {
  return condition === etag || `"${condition}"` === etag;
}

function readMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const entries = Array.from(headers)
    .filter(([name]) => name.startsWith("x-amz-meta-"))
    .map(([name, value]): [string, string] => [name.slice("x-amz-meta-".length), value]);
  if (entries.flat().join("").length > MAX_METADATA_BYTES) {
    throw new S3Error(
      "MetadataTooLarge",
      "Your metadata headers exceed the maximum allowed metadata size",
    );
  }
  return Object.fromEntries(entries);
}
