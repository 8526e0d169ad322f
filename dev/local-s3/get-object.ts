import type { ObjectStore } from "./object-store.ts";
import { crc32Base64 } from "./payload.ts";
import type { S3Request } from "./request.ts";
import type { S3Response } from "./response.ts";
import { S3Error } from "./s3-error.ts";
import type { ObjectFacts } from "./stored-object.ts";

/** Answers GET and HEAD. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject({ method, key, headers }: S3Request, store: ObjectStore): S3Response {
  const facts = store.find(key);
  if (facts === undefined) {
    throw new S3Error("NoSuchKey", "The specified key does not exist.");
  }
  if (isUnchanged(facts, headers)) {
    return { status: 304, headers: validators(facts) };
  }
  const range = parseRange(headers.get("range"), facts.sizeBytes);
  const [start, end] = range ?? [0, facts.sizeBytes];
  const answer = {
    status: range === undefined ? 200 : 206,
    headers: {
      ...validators(facts),
      ...describe(facts),
      "content-length": String(end - start),
      ...(range && { "content-range": `bytes ${start}-${end - 1}/${facts.sizeBytes}` }),
    },
  };
  if (method === "HEAD") {
    return answer;
  }
  const { body } = store.read(facts);
  const isChecksumWanted = headers.get("x-amz-checksum-mode") === "ENABLED" && range === undefined;
  const checksum = isChecksumWanted && {
    "x-amz-checksum-crc32": crc32Base64(body),
    "x-amz-checksum-type": "FULL_OBJECT",
  };
  return {
    ...answer,
    headers: { ...answer.headers, ...checksum },
    body: body.subarray(start, end),
  };
}

function validators({ etag, lastModifiedMs, cacheControl }: ObjectFacts): Record<string, string> {
  return {
    etag,
    "last-modified": new Date(lastModifiedMs).toUTCString(),
    ...(cacheControl !== undefined && { "cache-control": cacheControl }),
  };
}

function describe({
  contentType,
  contentDisposition,
  contentEncoding,
  metadata,
}: ObjectFacts): Record<string, string> {
  return {
    "accept-ranges": "bytes",
    "content-type": contentType,
    ...(contentDisposition !== undefined && { "content-disposition": contentDisposition }),
    ...(contentEncoding !== undefined && { "content-encoding": contentEncoding }),
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
  };
}

/** An ETag condition overrides its date counterpart (RFC 9110, section 13.2.2). */
function isUnchanged(
  { etag, lastModifiedMs }: ObjectFacts,
  headers: ReadonlyMap<string, string>,
): boolean {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  const modifiedSinceMs = Date.parse(headers.get("if-modified-since") ?? "");
  const unmodifiedSinceMs = Date.parse(headers.get("if-unmodified-since") ?? "");
  const isAsExpected =
    ifMatch === undefined ? !(lastModifiedMs > unmodifiedSinceMs) : lists(ifMatch, etag);
  if (!isAsExpected) {
    throw new S3Error(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
  }
  return ifNoneMatch === undefined ? lastModifiedMs <= modifiedSinceMs : lists(ifNoneMatch, etag);
}

function lists(condition: string, etag: string): boolean {
  const tags = condition.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === "*" || tag === etag || `"${tag}"` === etag);
}

/** The end is one past the last byte. S3 ignores invalid and multiple ranges and sends the whole object. */
function parseRange(
  header: string | undefined,
  sizeBytes: number,
): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) {
    return undefined;
  }
  if (first !== "" && last !== "" && Number(last) < Number(first)) {
    return undefined;
  }
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (start >= end) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable");
  }
  return [start, end];
}
