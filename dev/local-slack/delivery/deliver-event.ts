import type { Slack } from "../state/slack.ts";
import { type Attempt, postSigned } from "./outgoing-request.ts";

export interface DeliveryResult {
  delivered: boolean;
  /** The first try and up to three retries. */
  attempts: Attempt[];
  /** The last answer's body. */
  body: string;
}

export interface DeliveryOptions {
  /** Sent with every attempt. They override Slack's own. */
  headers?: Readonly<Record<string, string>>;
  onAttempt?: (attempt: Attempt) => void;
}

/**
 * Slack expects 2xx within 3 s. Otherwise it retries at once, after one minute and after five, with
 * `X-Slack-Retry-Num` and `X-Slack-Retry-Reason`. A failed answer with `X-Slack-No-Retry: 1` ends the retries.
 * docs.slack.dev/apis/events-api#retries
 */
export async function deliverEvent(
  slack: Slack,
  envelope: unknown,
  options: DeliveryOptions = {},
): Promise<DeliveryResult> {
  const fault = slack.faults.takeDelivery();
  if (fault?.kind === "lost") {
    return { delivered: false, attempts: [], body: "" };
  }
  const deliveries = fault?.kind === "repeated" ? fault.deliveries : 1;
  const first = deliverOnce(slack, envelope, options);
  const others = Array.from({ length: deliveries - 1 }, () =>
    deliverOnce(slack, envelope, { headers: options.headers ?? {} }),
  );
  const [result] = await Promise.all([first, ...others]);
  return result;
}

async function deliverOnce(
  slack: Slack,
  envelope: unknown,
  { headers = {}, onAttempt }: DeliveryOptions,
): Promise<DeliveryResult> {
  const url = slack.requestUrls?.events;
  if (url === undefined) {
    throw new Error("Cannot deliver event: no Request URL for events");
  }
  const outgoing = { url, body: JSON.stringify(envelope), contentType: "application/json" };
  const attempts: Attempt[] = [];
  for (const delayMs of [0, ...slack.retryDelaysMs]) {
    const retry = retryHeaders(attempts);
    if (!(await waited(slack, delayMs))) {
      break;
    }
    const attempt = await postSigned(slack, { ...outgoing, headers: { ...retry, ...headers } });
    attempts.push(attempt);
    onAttempt?.(attempt);
    if (attempt.reason === undefined || attempt.stopsRetries === true) {
      break;
    }
  }
  const last = attempts.at(-1);
  return { delivered: last?.reason === undefined, attempts, body: last?.body ?? "" };
}

function retryHeaders(attempts: readonly Attempt[]): Record<string, string> {
  const reason = attempts.at(-1)?.reason;
  if (reason === undefined) {
    return {};
  }
  return { "x-slack-retry-num": String(attempts.length), "x-slack-retry-reason": reason };
}

/** False if the local Slack was closed in the meantime. */
async function waited({ clock, closing }: Slack, delayMs: number): Promise<boolean> {
  if (delayMs > 0) {
    await clock.sleep(delayMs, closing).catch(() => undefined);
  }
  return !closing.aborted;
}
