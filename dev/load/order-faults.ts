import type { LocalS3 } from "../local-s3/server.ts";
import type { LocalSlack } from "../local-slack/server.ts";

/** Makes every call to Slack and S3 fail with this probability, in one of three ways. */
export function orderFaults(
  { slack, s3 }: { slack: LocalSlack; s3: LocalS3 },
  probability: number,
): void {
  for (const on of SLACK_CALLS) {
    const shares = split(probability, SLACK_FAULTS.length);
    for (const [index, kind] of SLACK_FAULTS.entries()) {
      const retryAfterSeconds = kind === "rate_limited" ? 1 : undefined;
      slack.fault({
        on,
        times: Infinity,
        probability: shares[index] ?? 0,
        kind,
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      });
    }
  }
  for (const on of ["PUT", "GET", "LIST"] as const) {
    const shares = split(probability, S3_FAULTS.length);
    for (const [index, kind] of S3_FAULTS.entries()) {
      s3.fault({ on, probability: shares[index] ?? 0, kind });
    }
  }
}

/** The calls of an upload, and of a sweep of listed channels. */
export const SLACK_CALLS = [
  "auth.test",
  "chat.delete",
  "chat.postMessage",
  "chat.update",
  "conversations.history",
  "conversations.replies",
  "download",
  "files.info",
] as const;
const SLACK_FAULTS = ["rate_limited", "error_500", "reset"] as const;
const S3_FAULTS = ["slow_down", "error_500", "reset"] as const;

/** Rules apply one after the other. These probabilities make all of them strike equally often. */
function split(probability: number, count: number): number[] {
  const share = probability / count;
  return Array.from({ length: count }, (_, index) => share / (1 - index * share));
}
