import type { Clock } from "../clock.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { inspectUrl } from "../url.ts";

/**
 * Sends a private sentence to the person who interacted. Works in conversations that the app is not
 * in.
 */
export type Respond = (responseUrl: string, text: string) => Promise<void>;

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export function createRespond(options: {
  /** Origins allowed besides Slack's own hosts. */
  extraOrigins: readonly string[];
  clock: Clock;
}): Respond {
  const origins = new Set([...RESPONSE_ORIGINS, ...options.extraOrigins]);
  const limit = { clock: options.clock, timeoutMs: TIME_PLAN.slackMs };

  return async function respond(responseUrl, text) {
    const url = inspectUrl(responseUrl);
    if (url === undefined || !origins.has(url.origin)) {
      throw new TypeError("Cannot respond at the response URL: it is not on a Slack host");
    }
    const body = JSON.stringify({ response_type: "ephemeral", replace_original: false, text });
    const headers = { "content-type": "application/json" };
    const response = await withinLimit(
      (signal) => fetch(url.href, { method: "POST", redirect: "error", headers, body, signal }),
      limit,
    );
    await response.body?.cancel();
    if (!response.ok) {
      throw new Error(`Cannot respond at the response URL: Slack answered ${response.status}`);
    }
  };
}

const RESPONSE_ORIGINS = ["https://hooks.slack.com", "https://hooks.slack-gov.com"] as const;
