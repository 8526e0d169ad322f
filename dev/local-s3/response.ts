import { S3Error } from "./s3-error.ts";
import { renderXml, type XmlElements } from "./xml.ts";

export interface S3Response {
  status: number;
  headers: Record<string, string>;
  body?: Buffer;
}

export function xmlResponse(root: string, elements: XmlElements, status = 200): S3Response {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: Buffer.from(renderXml(root, elements)),
  };
}

/** Any other error than `S3Error` is a bug in this server. The caller sees its message. */
export function errorResponse(error: unknown, resource: string, requestId: string): S3Response {
  const refusal = error instanceof S3Error ? error : new S3Error("InternalError", String(error));
  const elements = {
    Code: refusal.code,
    Message: refusal.message,
    Region: refusal.region,
    Resource: resource,
    RequestId: requestId,
    HostId: "local-s3",
  };
  const response = xmlResponse("Error", elements, refusal.status);
  return refusal.region === undefined
    ? response
    : { ...response, headers: { ...response.headers, "x-amz-bucket-region": refusal.region } };
}
