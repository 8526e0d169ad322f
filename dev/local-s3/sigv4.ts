import { createHash, createHmac } from "node:crypto";
import type { Authorization } from "./authorization.ts";
import type { S3RequestHead } from "./request.ts";
import { S3Error } from "./s3-error.ts";

export interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  region: string;
  /** `s3` by default. */
  service?: string;
}

const MAX_SKEW_MS = 15 * 60 * 1000;

/** Throws S3's own error. `verifyPayload` checks the body. */
export function verifySignature(
  request: S3RequestHead,
  claim: Authorization,
  signer: Signer,
  nowMs: number,
): void {
  if (claim.accessKeyId !== signer.accessKeyId) {
    throw new S3Error(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  }
  if (claim.sessionToken !== signer.sessionToken) {
    throw new S3Error("InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  verifyScope(claim, signer);
  verifyTime(claim, nowMs);
  verifySignedHeaders(request, claim);
  if (computeSignature(request, claim, signer.secretAccessKey) !== claim.signature) {
    throw new S3Error(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
}

function verifyScope(claim: Authorization, { region, service = "s3" }: Signer): void {
  const code = "AuthorizationHeaderMalformed";
  if (claim.region !== region) {
    throw new S3Error(code, `The region '${claim.region}' is wrong; expecting '${region}'`, region);
  }
  if (claim.service !== service) {
    throw new S3Error(code, `The service '${claim.service}' is wrong; expecting '${service}'`);
  }
  if (!claim.timestamp.startsWith(`${claim.date}T`)) {
    throw new S3Error(
      code,
      `Invalid credential date "${claim.date}". This date is not the same as X-Amz-Date.`,
    );
  }
}

function verifyTime({ timestamp }: Authorization, nowMs: number): void {
  const signedAtMs = parseTimestamp(timestamp);
  if (Number.isNaN(signedAtMs)) {
    throw new S3Error(
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  }
  if (Math.abs(signedAtMs - nowMs) > MAX_SKEW_MS) {
    throw new S3Error(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  }
}

/** Parses "20130524T000000Z" to milliseconds. Returns NaN for anything else. */
function parseTimestamp(timestamp: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** S3 headers must be signed, or a middleman could add some. */
function verifySignedHeaders({ headers }: S3RequestHead, { signedHeaders }: Authorization): void {
  const unsigned = ["host", ...headers.keys()]
    .filter((name) => name === "host" || name.startsWith("x-amz-"))
    .filter((name) => !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new S3Error(
      "AccessDenied",
      `There were headers present in the request which were not signed: ${unsigned.join(", ")}`,
    );
  }
}

function computeSignature(
  request: S3RequestHead,
  claim: Authorization,
  secretAccessKey: string,
): string {
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const canonicalHash = createHash("sha256")
    .update(renderCanonicalRequest(request, claim))
    .digest("hex");
  const stringToSign = ["AWS4-HMAC-SHA256", claim.timestamp, scope, canonicalHash].join("\n");
  const steps = [claim.date, claim.region, claim.service, "aws4_request"];
  const signingKey = steps.reduce<string | Buffer>(
    (key, step) => createHmac("sha256", key).update(step).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac("sha256", signingKey).update(stringToSign).digest("hex");
}

function renderCanonicalRequest(
  { method, path, query, headers }: S3RequestHead,
  claim: Authorization,
): string {
  const headerLines = claim.signedHeaders.map(
    (name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}`,
  );
  return [
    method,
    renderCanonicalPath(path),
    renderCanonicalQuery(query),
    ...headerLines,
    "",
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n");
}

/** Unlike other AWS services, S3 encodes the path once and does not normalise "..". */
function renderCanonicalPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeRfc3986(decodeURIComponent(segment)))
    .join("/");
}

function renderCanonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]): [string, string] => [encodeRfc3986(name), encodeRfc3986(value)])
    .toSorted(
      ([name, value], [otherName, otherValue]) =>
        compareAscii(name, otherName) || compareAscii(value, otherValue),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compareAscii(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}

function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
