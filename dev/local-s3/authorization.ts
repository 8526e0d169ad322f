import { S3Error } from "./s3-error.ts";
import type { S3RequestHead } from "./request.ts";

/** What a request claims about its signature, before any of it is verified. */
export interface Authorization {
  form: "header" | "query";
  accessKeyId: string;
  /** Credential scope: `20130524`, `us-east-1`, `s3`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
  /** `20130524T000000Z`. */
  timestamp: string;
  payloadHash: string;
  sessionToken: string | undefined;
  /** Presigned URLs only. */
  expiresSeconds: number | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const MAX_EXPIRES_SECONDS = 604_800;

/** Returns undefined for an anonymous request; throws for one that tries to sign and is malformed. */
export function parseAuthorization(request: S3RequestHead): Authorization | undefined {
  const header = request.headers.get("authorization");
  const isPresigned = request.query.has("X-Amz-Algorithm") || request.query.has("X-Amz-Signature");
  if (header !== undefined && isPresigned) {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed");
  }
  if (header !== undefined) {
    return parseHeader(header, request);
  }
  return isPresigned ? parseQuery(request) : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html */
function parseHeader(header: string, { headers }: S3RequestHead): Authorization {
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
    form: "header",
    signature,
    signedHeaders: signedHeaders.split(";"),
    timestamp: headers.get("x-amz-date") ?? "",
    payloadHash,
    sessionToken: headers.get("x-amz-security-token"),
    expiresSeconds: undefined,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
function parseQuery({ query, headers }: S3RequestHead): Authorization {
  const scope = parseScope(query.get("X-Amz-Credential") ?? undefined);
  const signature = query.get("X-Amz-Signature");
  const signedHeaders = query.get("X-Amz-SignedHeaders");
  const expires = query.get("X-Amz-Expires") ?? "";
  const isComplete = scope !== undefined && signature !== null && signedHeaders !== null;
  if (!isComplete || query.get("X-Amz-Algorithm") !== ALGORITHM || !/^\d{1,6}$/.test(expires)) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      "Query-string authentication is malformed.",
    );
  }
  if (Number(expires) > MAX_EXPIRES_SECONDS) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be less than a week (in seconds).",
    );
  }
  return {
    ...scope,
    form: "query",
    signature,
    signedHeaders: signedHeaders.split(";"),
    timestamp: query.get("X-Amz-Date") ?? "",
    payloadHash:
      query.get("X-Amz-Content-Sha256") ??
      headers.get("x-amz-content-sha256") ??
      "UNSIGNED-PAYLOAD",
    sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
    expiresSeconds: Number(expires),
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
