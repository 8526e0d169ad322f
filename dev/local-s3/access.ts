import { parseAuthorization } from "./authorization.ts";
import { verifyPayload } from "./payload.ts";
import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";
import { type Signer, verifySignature } from "./sigv4.ts";

/** Permits signed requests, and anonymous reads of public objects, as a CDN in front of the bucket would. */
export function verifyAccess(
  request: S3Request,
  signer: Signer,
  publicPrefixes: readonly string[],
  nowMs: number,
): { isSigned: boolean } {
  const authorization = parseAuthorization(request);
  if (authorization !== undefined) {
    verifySignature(request, authorization, signer, nowMs);
  } else if (!isPublicRead(request, publicPrefixes)) {
    throw new S3Error("AccessDenied", "Access Denied");
  }
  verifyPayload(request, authorization?.payloadHash);
  return { isSigned: authorization !== undefined };
}

function isPublicRead({ method, key }: S3Request, publicPrefixes: readonly string[]): boolean {
  const isRead = method === "GET" || method === "HEAD";
  return isRead && key !== "" && publicPrefixes.some((prefix) => key.startsWith(prefix));
}
