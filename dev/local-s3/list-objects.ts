import { cutListPage } from "./list-page.ts";
import type { ObjectStore } from "./object-store.ts";
import type { S3Request } from "./request.ts";
import { type S3Response, xmlResponse } from "./response.ts";
import { S3Error } from "./s3-error.ts";

const MAX_KEYS = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjects({ bucket, query }: S3Request, store: ObjectStore): S3Response {
  if (query.get("list-type") !== "2") {
    throw new S3Error("NotImplemented", "Only ListObjectsV2 (list-type=2) is implemented.");
  }
  if (query.has("encoding-type")) {
    throw new S3Error("NotImplemented", "encoding-type is not implemented.");
  }
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const startAfter = query.get("start-after");
  const token = query.get("continuation-token");
  const maxKeys = readMaxKeys(query);
  const after = token === null ? (startAfter ?? "") : decodeToken(token);
  const page = cutListPage(store.inOrder(), { prefix, delimiter, maxKeys, after });
  return xmlResponse("ListBucketResult", {
    Name: bucket,
    Prefix: prefix,
    Delimiter: delimiter === "" ? undefined : delimiter,
    StartAfter: startAfter ?? undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : encodeToken(page.next),
    KeyCount: page.objects.length + page.commonPrefixes.length,
    MaxKeys: maxKeys,
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map((facts) => ({
      Key: facts.key,
      LastModified: new Date(facts.lastModifiedMs).toISOString(),
      ETag: facts.etag,
      Size: facts.sizeBytes,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.commonPrefixes.map((folder) => ({ Prefix: folder })),
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
