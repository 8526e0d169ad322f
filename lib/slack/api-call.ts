import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { jitterMs, retry } from "../retry.ts";
import { TimeLimitError, withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { lenient } from "./parse.ts";

/** @throws {SlackApiError} */
export interface ApiCall {
  <Answer>(request: ApiRequest<Answer>, options: CallOptions): Promise<Answer>;
}

export interface ApiRequest<Answer> {
  method: string;
  args: Record<string, unknown>;
  answer: v.GenericSchema<unknown, Answer>;
  /** Whether calling twice has the same effect as calling once. */
  isRepeatable: boolean;
}

export interface CallOptions {
  /** Epoch ms: no call begins after this, and no `Retry-After` beyond it is waited for. */
  deadlineMs: number;
}

export interface ApiCallOptions {
  botToken: string;
  apiUrl: string;
  clock: Clock;
}

/**
 * `code` is Slack's own error code, `rate_limited`, or `unavailable` if it is unknown whether the
 * call took effect.
 */
export class SlackApiError extends Error {
  override readonly name = "SlackApiError";
  readonly code: string;
  /** The scope that the app lacks, with `missing_scope`. */
  readonly needed: string | undefined;
  /** No response came in time, so Slack may still carry the call out. */
  readonly mayComeLater: boolean;

  constructor(
    method: string,
    options: { code: string; needed?: string | undefined; cause: unknown },
  ) {
    super(`Cannot call ${method}: ${options.code}`, { cause: options.cause });
    this.code = options.code;
    this.needed = options.needed;
    this.mayComeLater = isTimeout(options.cause);
  }
}

/**
 * The app's token is invalid. This says nothing about the request itself, and ends once the token
 * is replaced.
 */
export function isTokenDead(error: unknown): boolean {
  return error instanceof SlackApiError && DEAD_TOKEN.has(error.code);
}

/** Slack is busy, failing, or rejects the app's token, so the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  const isSlack = error instanceof SlackApiError;
  return isTokenDead(error) || (isSlack && PASSING.has(error.code));
}

/**
 * Makes one call of the Web API. The SDK is loaded on first use. Its own retries are off, because
 * they can post a message twice.
 */
export function createApiCall(options: ApiCallOptions): ApiCall {
  let connection: ReturnType<typeof connect> | undefined;
  const { clock } = options;

  return async function call(request, { deadlineMs }) {
    const { method, args, answer, isRepeatable } = request;
    if (clock.now() > deadlineMs) {
      throw new SlackApiError(method, {
        code: "unavailable",
        cause: new TimeLimitError("too late"),
      });
    }
    const client = await (connection ??= connect(options));
    const attempt = async () => {
      try {
        const limit = { clock, timeoutMs: TIME_PLAN.slackMs };
        return v.parse(answer, await withinLimit(() => client.apiCall(method, args), limit));
      } catch (error) {
        throw toSlackApiError(method, error);
      }
    };
    return retry(attempt, {
      clock,
      deadlineMs,
      waitMs: (error, count) => waitMs(error, { attempt: count, isRepeatable }),
    });
  };
}

const DEAD_TOKEN: ReadonlySet<string> = new Set([
  "account_inactive",
  "invalid_auth",
  "not_authed",
  "token_revoked",
]);
const PASSING: ReadonlySet<string> = new Set(["rate_limited", "unavailable"]);

async function connect({ botToken, apiUrl }: ApiCallOptions) {
  const { LogLevel, WebClient } = await import("@slack/web-api");
  const logger = { ...SILENT, getLevel: () => LogLevel.ERROR };
  return new WebClient(botToken, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // The SDK would still send a call that was abandoned while waiting in its own queue, and so
    // post a second reply.
    maxRequestConcurrency: Number.POSITIVE_INFINITY,
    // Ends an abandoned request.
    timeout: TIME_PLAN.slackMs,
    allowAbsoluteUrls: false,
    logger,
  });
}

const ignore = () => undefined;
/** Silences the SDK: its output is not JSON and may quote what people wrote. */
const SILENT = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  setName: ignore,
};

/**
 * A rate-limited call was not carried out, so repeating it after a pause is safe for every method.
 */
function waitMs(
  error: unknown,
  { attempt, isRepeatable }: { attempt: number; isRepeatable: boolean },
): number | undefined {
  if (!(error instanceof SlackApiError)) {
    return undefined;
  }
  if (error.code === "rate_limited") {
    return attempt < MAX_RATE_LIMITS ? retryAfterMs(error.cause, attempt) : undefined;
  }
  return isRepeatable && error.code === "unavailable" ? jitterMs(attempt) : undefined;
}

/** The pause that Slack asks for, or else twice the last one. */
function retryAfterMs(cause: unknown, attempt: number): number {
  const seconds = v.is(RateLimit, cause)
    ? cause.retryAfter
    : v.is(RateLimitAnswer, cause)
      ? cause.data.response_metadata.retryAfter
      : 2 ** (attempt - 1);
  return Math.max(seconds, 1) * 1000;
}

const MAX_RATE_LIMITS = 10;
const RateLimit = v.object({ retryAfter: v.number() });
/** The SDK puts the `Retry-After` header here. */
const RateLimitAnswer = v.object({ data: v.object({ response_metadata: RateLimit }) });
/** Slack also reports rate limits with status 200. */
const RATE_LIMITS: ReadonlySet<string> = new Set(["ratelimited", "rate_limited"]);
const PlatformFailure = v.object({
  data: v.object({ error: v.string(), needed: lenient(v.string()) }),
});

function toSlackApiError(method: string, cause: unknown): SlackApiError {
  const coded = v.safeParse(v.object({ code: v.string() }), cause);
  if (coded.success && coded.output.code === "slack_webapi_rate_limited_error") {
    return new SlackApiError(method, { code: "rate_limited", cause });
  }
  const refused = v.safeParse(PlatformFailure, cause);
  if (!refused.success) {
    return new SlackApiError(method, { code: "unavailable", cause });
  }
  const { error, needed } = refused.output.data;
  if (RATE_LIMITS.has(error)) {
    return new SlackApiError(method, { code: "rate_limited", cause });
  }
  // An HTML page in place of JSON arrives here as an "error" of many lines.
  const code = /^\w{1,80}$/u.test(error) && !SERVER_FAULTS.has(error) ? error : "unavailable";
  return new SlackApiError(method, { code, needed, cause });
}

/** The timeout is either ours or the SDK's, which fires at the same time. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof TimeLimitError || v.is(SdkTimeout, cause);
}

const SdkTimeout = v.object({ cause: v.object({ name: v.literal("TimeoutError") }) });

/** Slack errors that leave open whether the call was carried out. */
const SERVER_FAULTS: ReadonlySet<string> = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
]);
