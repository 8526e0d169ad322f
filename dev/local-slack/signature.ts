import { createHmac } from "node:crypto";

export interface SignatureHeaders {
  "x-slack-request-timestamp": string;
  "x-slack-signature": string;
}

/** docs.slack.dev/authentication/verifying-requests-from-slack */
export function signRequest(
  rawBody: string,
  { signingSecret, atSeconds }: { signingSecret: string; atSeconds: number },
): SignatureHeaders {
  const base = `v0:${atSeconds}:${rawBody}`;
  const digest = createHmac("sha256", signingSecret).update(base).digest("hex");
  return {
    "x-slack-request-timestamp": String(atSeconds),
    "x-slack-signature": `v0=${digest}`,
  };
}
