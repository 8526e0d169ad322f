import type { ObjectStore } from "./object-store.ts";
import type { S3Request } from "./request.ts";
import { type S3Response, xmlResponse } from "./response.ts";
import { S3Error } from "./s3-error.ts";
import { readXmlTexts } from "./xml.ts";

const MAX_DELETED_KEYS = 1000;

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
