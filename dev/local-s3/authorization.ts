import type { S3RequestHead } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/** A request's own statements about its signature, not yet verified. */
export interface Authorization {
  accessKeyId: string;
  /** The credential scope: `20130524`, `us-east-1`, `s3`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
  /** For example `20130524T000000Z`. */
  timestamp: string;
  payloadHash: string;
  sessionToken: string | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Returns `undefined` for an anonymous request. Throws if the signature is malformed or in the query.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 */
export function parseAuthorization({ headers, query }: S3RequestHead): Authorization | undefined {
  if (query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature")) {
    throw new S3Error("NotImplemented", "Presigned URLs are not implemented.");
  }
  const header = headers.get("authorization");
  if (header === undefined) {
    return undefined;
  }
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new S3Error("InvalidRequest", "Please use AWS4-HMAC-SHA256.");
  }
  const fields = new Map(
    header
      .slice(ALGORITHM.length + 1)
      .split(",")
      .map(parseField),
  );
  const signature = fields.get("Signature");
  const signedHeaders = fields.get("SignedHeaders");
  const scope = parseScope(fields.get("Credential"));
  const payloadHash = headers.get("x-amz-content-sha256");
  if (scope === undefined || signature === undefined || signedHeaders === undefined) {
    throw new S3Error("AuthorizationHeaderMalformed", "The authorization header is malformed.");
  }
  if (payloadHash === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  return {
    ...scope,
    signature,
    signedHeaders: signedHeaders.split(";"),
    timestamp: headers.get("x-amz-date") ?? "",
    payloadHash,
    sessionToken: headers.get("x-amz-security-token"),
  };
}

function parseField(field: string): [name: string, value: string] {
  const equalsAt = field.indexOf("=");
  return [field.slice(0, equalsAt).trim(), field.slice(equalsAt + 1).trim()];
}

function parseScope(
  credential = "",
): Pick<Authorization, "accessKeyId" | "date" | "region" | "service"> | undefined {
  const [accessKeyId, date, region, service, terminator, ...rest] = credential.split("/");
  if (
    !accessKeyId ||
    !date ||
    !region ||
    !service ||
    terminator !== "aws4_request" ||
    rest.length > 0
  ) {
    return undefined;
  }
  return { accessKeyId, date, region, service };
}
