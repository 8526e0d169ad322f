import type { Buckets } from "./buckets.ts";
import type { ObjectStore } from "./object-store.ts";
import { xmlResponse } from "./response.ts";
import type { S3Response } from "./response.ts";
import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";
import { readXmlTexts } from "./xml.ts";

const MAX_DELETED_KEYS = 1000;

export function createBucket({ bucket }: S3Request, buckets: Buckets): S3Response {
  if (buckets.find(bucket) !== undefined) {
    throw new S3Error(
      "BucketAlreadyOwnedByYou",
      "The bucket you tried to create already exists, and you own it.",
    );
  }
  buckets.create(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

export function headBucket(region: string): S3Response {
  return { status: 200, headers: { "x-amz-bucket-region": region } };
}

export function deleteBucket(
  { bucket }: S3Request,
  buckets: Buckets,
  store: ObjectStore,
): S3Response {
  if (store.inOrder().length > 0) {
    throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty");
  }
  buckets.remove(bucket);
  return { status: 204, headers: {} };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function deleteObjects({ body, headers }: S3Request, store: ObjectStore): S3Response {
  const isChecked = ["content-md5", "x-amz-sdk-checksum-algorithm"].some((name) =>
    headers.has(name),
  );
  if (!isChecked) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: Content-MD5");
  }
  const xml = body.toString();
  const keys = readXmlTexts(xml, "Key");
  if (keys.length === 0 || keys.length > MAX_DELETED_KEYS) {
    throw new S3Error(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
  if (/<(VersionId|ETag|LastModifiedTime|Size)>/.test(xml)) {
    throw new S3Error(
      "NotImplemented",
      "Versions and conditions of DeleteObjects are not implemented.",
    );
  }
  for (const key of keys) {
    store.delete(key);
  }
  const isQuiet = readXmlTexts(xml, "Quiet").includes("true");
  return xmlResponse("DeleteResult", {
    Deleted: isQuiet ? undefined : keys.map((key) => ({ Key: key })),
  });
}
