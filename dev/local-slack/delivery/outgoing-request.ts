import { createHmac } from "node:crypto";
import type { RecordedDelivery } from "../state/recorded-request.ts";
import type { Slack } from "../state/slack.ts";

/** One signed POST to a Request URL, and its result. */
export interface Attempt {
  /** Missing if no answer came in time. */
  status?: number;
  durationMs: number;
  /** Slack's name for the failure, as in `X-Slack-Retry-Reason`. */
  reason?: string;
  contentType?: string;
  body?: string;
  stopsRetries?: boolean;
}

interface OutgoingRequest {
  url: string;
  body: string;
  contentType: string;
  headers?: Readonly<Record<string, string>>;
}

const MAX_REDIRECTS = 2;

/** Succeeds on a 2xx answer within the ack timeout (3 s). Follows at most two redirects. */
export async function postSigned(slack: Slack, outgoing: OutgoingRequest): Promise<Attempt> {
  const delivery: RecordedDelivery = { url: outgoing.url, atMs: slack.clock.nowMs() };
  slack.deliveries.push(delivery);
  slack.onTraffic("delivery");
  const { durationMs, status = 0, reason, ...answer } = await attempt(slack, outgoing);
  Object.assign(delivery, { durationMs, status, ...(reason !== undefined && { reason }) });
  slack.onTraffic("delivery");
  return {
    ...answer,
    durationMs,
    ...(status !== 0 && { status }),
    ...(reason !== undefined && { reason }),
  };
}

async function attempt(slack: Slack, outgoing: OutgoingRequest): Promise<Attempt> {
  const started = performance.now();
  const timeout = new AbortController();
  const answered = new AbortController();
  slack.clock.sleep(slack.ackTimeoutMs, answered.signal).then(
    () => timeout.abort(),
    () => undefined,
  );
  const signal = AbortSignal.any([timeout.signal, slack.closing]);
  try {
    const response = await follow(slack, outgoing, signal);
    const body = await response.text();
    const durationMs = performance.now() - started;
    const isRedirect = response.status === 301 || response.status === 302;
    const failure = isRedirect ? "too_many_redirects" : "http_error";
    return {
      status: response.status,
      durationMs,
      contentType: response.headers.get("content-type") ?? "",
      body,
      stopsRetries: response.headers.get("x-slack-no-retry") === "1",
      ...(response.ok ? {} : { reason: failure }),
    };
  } catch {
    const reason = timeout.signal.aborted ? "http_timeout" : "connection_failed";
    return { durationMs: performance.now() - started, reason };
  } finally {
    answered.abort();
  }
}

async function follow(
  slack: Slack,
  { url, body, contentType, headers }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Response> {
  const init: RequestInit = {
    method: "POST",
    body,
    headers: {
      "content-type": contentType,
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      accept: "*/*",
      ...signRequest(body, {
        signingSecret: slack.signingSecret,
        atSeconds: slack.clock.nowSeconds(),
      }),
      ...headers,
    },
    redirect: "manual",
    signal,
  };
  let response = await fetch(url, init);
  for (let followed = 0; followed < MAX_REDIRECTS; followed += 1) {
    const location = response.headers.get("location");
    if ((response.status !== 301 && response.status !== 302) || location === null) {
      break;
    }
    await response.body?.cancel();
    response = await fetch(new URL(location, url), init);
  }
  return response;
}

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
