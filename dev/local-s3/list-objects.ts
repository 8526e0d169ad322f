import { cutListPage } from "./list-page.ts";
import type { ObjectStore } from "./object-store.ts";
import { xmlResponse } from "./response.ts";
import type { S3Response } from "./response.ts";
import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";

const MAX_KEYS = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjects({ bucket, query }: S3Request, store: ObjectStore): S3Response {
  if (query.get("list-type") !== "2") {
    throw new S3Error("NotImplemented", "Only ListObjectsV2 (list-type=2) is implemented.");
  }
  const encode = readEncoding(query);
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const startAfter = query.get("start-after");
  const token = query.get("continuation-token");
  const maxKeys = readMaxKeys(query);
  const after = token === null ? (startAfter ?? "") : decodeToken(token);
  const page = cutListPage(store.inOrder(), { prefix, delimiter, maxKeys, after });
  return xmlResponse("ListBucketResult", {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    StartAfter: startAfter === null ? undefined : encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : encodeToken(page.next),
    EncodingType: query.get("encoding-type") ?? undefined,
    KeyCount: page.objects.length + page.commonPrefixes.length,
    MaxKeys: maxKeys,
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map((facts) => ({
      Key: encode(facts.key),
      LastModified: new Date(facts.lastModifiedMs).toISOString(),
      ETag: facts.etag,
      Size: facts.sizeBytes,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.commonPrefixes.map((folder) => ({ Prefix: encode(folder) })),
  });
}

function readMaxKeys(query: URLSearchParams): number {
  const text = query.get("max-keys") ?? String(MAX_KEYS);
  if (!/^\d{1,9}$/.test(text)) {
    throw new S3Error(
      "InvalidArgument",
      "Provided max-keys not an integer or within integer range",
    );
  }
  return Math.min(Number(text), MAX_KEYS);
}

function readEncoding(query: URLSearchParams): (text: string) => string {
  const encodingType = query.get("encoding-type");
  if (encodingType === null) {
    return (text) => text;
  }
  if (encodingType !== "url") {
    throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  return encodeLikeForm;
}

/** S3 encodes as HTML forms do, but leaves the slash. */
function encodeLikeForm(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1).replaceAll("%2F", "/");
}

const TOKEN_PREFIX = "after:";

function encodeToken(last: string): string {
  return Buffer.from(TOKEN_PREFIX + last).toString("base64url");
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith(TOKEN_PREFIX)) {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
  }
  return text.slice(TOKEN_PREFIX.length);
}
