import { createHmac, timingSafeEqual } from "node:crypto";

/** Slack did not sign the request, or not in the last 300 s. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";
  readonly code = "invalid_signature";
}

export interface SignatureInput {
  /** `X-Slack-Request-Timestamp`, in seconds. */
  timestamp: string | null;
  /** `X-Slack-Signature`: `v0=` and 64 hex digits. */
  signature: string | null;
  rawBody: Uint8Array;
}

/**
 * Throws unless Slack signed these bytes with one of the secrets, within 300 s of now.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @throws {SignatureError}
 */
export function verifySignature(
  input: SignatureInput,
  options: { signingSecrets: readonly string[]; nowMs: number },
): void {
  verifyTimestamp(input.timestamp, options.nowMs);
  const signature = input.signature ?? "";
  // Tries every secret, so that the time taken does not reveal which one matched.
  const matches = options.signingSecrets.map((secret) =>
    isEqual(signature, sign(secret, input.timestamp ?? "", input.rawBody)),
  );
  if (!matches.includes(true)) {
    throw WRONG_SIGNATURE;
  }
}

/**
 * Refuses timestamps more than 300 s off in either direction, because a request from the future
 * could be replayed for longer.
 * @throws {SignatureError}
 */
export function verifyTimestamp(timestamp: string | null, nowMs: number): void {
  if (timestamp === null || !/^\d{1,12}$/u.test(timestamp)) {
    throw MALFORMED_TIMESTAMP;
  }
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > MAX_SKEW_SECONDS) {
    throw STALE_TIMESTAMP;
  }
}

export const MAX_SKEW_SECONDS = 300;

/** Made once: anybody can send such requests, and the stack of an error costs more than the check. */
const MALFORMED_TIMESTAMP = new SignatureError(
  "Cannot accept the request: its timestamp is missing or malformed",
);
const STALE_TIMESTAMP = new SignatureError(
  "Cannot accept the request: its timestamp is more than 300 s off",
);
const WRONG_SIGNATURE = new SignatureError(
  "Cannot accept the request: its signature is missing or wrong",
);

/** Returns the signature that Slack would send. */
export function sign(secret: string, timestamp: string, rawBody: Uint8Array): string {
  if (secret === "") {
    throw new TypeError("Cannot sign with an empty secret");
  }
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(rawBody).digest("hex")}`;
}

function isEqual(left: string, right: string): boolean {
  const [leftBytes, rightBytes] = [Buffer.from(left), Buffer.from(right)];
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
