import { inspectUrl } from "../url.ts";
import type { Clock } from "../clock.ts";
import { jitterMs, retry } from "../retry.ts";
import { TimeLimitError, withinLimit } from "../time-limit.ts";

export type DownloadErrorCode =
  /** Slack sent its login page: the scope or the membership is missing. */
  | "no_access"
  | "gone"
  | "too_large"
  /** The URL or a redirect leads to a host that is not Slack's. */
  | "foreign_host"
  /** Slack failed, stalled or broke the connection. */
  | "unavailable"
  /** Slack responded but had nothing to serve; a new file may need a moment. */
  | "not_served";

export class DownloadError extends Error {
  override readonly name = "DownloadError";
  readonly code: DownloadErrorCode;
  /** With `too_large`, if known. */
  readonly sizeBytes: number | undefined;
  /** With `unavailable`, the pause that Slack asks for. */
  readonly retryAfterMs: number;

  constructor(
    code: DownloadErrorCode,
    reason: string,
    options: ErrorOptions & { sizeBytes?: number; retryAfterMs?: number } = {},
  ) {
    super(`Cannot download the file: ${reason}`, options);
    this.code = code;
    this.sizeBytes = options.sizeBytes;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** @throws {DownloadError} */
export type DownloadFile = (url: string, options: DownloadCallOptions) => Promise<Buffer>;

export interface DownloadCallOptions {
  /** Epoch ms: no retry or `Retry-After` is waited for beyond this. */
  deadlineMs: number;
  /** Stops reading after this many bytes, however large the file is. */
  firstBytes?: number;
}

export interface DownloadOptions {
  botToken: string;
  /** Origins allowed besides Slack's own hosts. Plain http is allowed only for these. */
  extraOrigins: readonly string[];
  maxBytes: number;
  /** The limit for one attempt, from the request to the last byte. */
  timeoutMs: number;
  clock: Clock;
}

/**
 * Downloads private Slack files with the bot's token. Slack refuses with status 200 and a login
 * page (slackapi/bolt-js#2585), redirects across origins (where fetch would drop the token), and
 * lets other apps choose a file's URL. Hence hosts must match exactly, redirects are followed by
 * hand, and bodies are checked.
 */
export function createFileDownload(options: DownloadOptions): DownloadFile {
  const origins = new Set([...SLACK_FILE_ORIGINS, ...options.extraOrigins]);
  const { clock } = options;
  return (url, { deadlineMs, firstBytes }) =>
    retry(() => download(url, { ...options, origins, firstBytes }), {
      clock,
      deadlineMs,
      waitMs,
    });
}

function waitMs(error: unknown, attempt: number): number | undefined {
  const pauseMs = jitterMs(attempt);
  const mayPass = error instanceof DownloadError && PASSING.has(error.code);
  return mayPass && pauseMs !== undefined ? Math.max(pauseMs, error.retryAfterMs) : undefined;
}

const PASSING: ReadonlySet<DownloadErrorCode> = new Set(["unavailable", "not_served"]);

const SLACK_FILE_ORIGINS = [
  "https://files.slack.com",
  "https://files-origin.slack.com",
  "https://slack-files.com",
  "https://files.slack-gov.com",
] as const;
export const MAX_REDIRECTS = 3;
const SERVING_ERROR = "Error serving file.";

interface AttemptOptions extends DownloadOptions {
  origins: ReadonlySet<string>;
  firstBytes: number | undefined;
}

async function download(url: string, options: AttemptOptions): Promise<Buffer> {
  const target = inspectUrl(url);
  if (target === undefined || !isAllowed(target, options.origins)) {
    throw new DownloadError("foreign_host", "its address is not on a Slack host");
  }
  try {
    return await withinLimit((signal) => read(url, { ...options, signal }), options);
  } catch (cause) {
    if (cause instanceof DownloadError) {
      throw cause;
    }
    const reason = cause instanceof TimeLimitError ? cause.message : "the connection broke";
    throw new DownloadError("unavailable", reason, { cause });
  }
}

interface LimitedOptions extends AttemptOptions {
  signal: AbortSignal;
}

async function read(url: string, options: LimitedOptions): Promise<Buffer> {
  const response = await follow(url, options);
  await refuseStatus(response);
  const body =
    options.firstBytes === undefined
      ? await readBody(response, options.maxBytes)
      : await readStart(response, options.firstBytes);
  refuseAnswer(response, body);
  return body;
}

/** Sends the token to allowed origins only. Other hosts of slack.com are asked without it. */
async function follow(
  start: string,
  { botToken, origins, signal }: LimitedOptions,
): Promise<Response> {
  let url = new URL(start);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await fetch(url.href, {
      redirect: "manual",
      signal,
      headers: {
        "accept-encoding": "identity",
        ...(isAllowed(url, origins) && { authorization: `Bearer ${botToken}` }),
      },
    });
    const location = response.headers.get("location");
    if (!REDIRECT_STATUSES.has(response.status) || location === null) {
      return response;
    }
    await response.body?.cancel();
    url = resolveRedirect(location, url, origins);
  }
  throw new DownloadError("unavailable", `more than ${MAX_REDIRECTS} redirects`);
}

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function resolveRedirect(location: string, base: URL, origins: ReadonlySet<string>): URL {
  const target = URL.canParse(location, base.href) ? new URL(location, base) : undefined;
  if (target === undefined || !(isAllowed(target, origins) || isOnSlack(target))) {
    throw new DownloadError("foreign_host", "a redirect leads to a host that is not Slack's");
  }
  return target;
}

/** Rejects `user:password@`, and `blob:` URLs, whose origin is that of the inner URL. */
function isAllowed({ href, origin }: URL, origins: ReadonlySet<string>): boolean {
  return origins.has(origin) && href.startsWith(`${origin}/`);
}

function isOnSlack({ href, hostname }: URL): boolean {
  return hostname.endsWith(".slack.com") && href.startsWith(`https://${hostname}/`);
}

async function refuseStatus(response: Response): Promise<void> {
  const { status } = response;
  if (status === 200) {
    return;
  }
  await response.body?.cancel();
  const code = STATUS_CODES.get(status) ?? "unavailable";
  const retryAfterMs = (Number(response.headers.get("retry-after")) || 0) * 1000;
  throw new DownloadError(code, `Slack answered ${status}`, { retryAfterMs });
}

const STATUS_CODES: ReadonlyMap<number, DownloadErrorCode> = new Map([
  [401, "no_access"],
  [403, "no_access"],
  [404, "gone"],
  [410, "gone"],
]);

/**
 * Reads at most `maxBytes`. The declared length counts only to refuse a file early, or to detect a
 * truncated one.
 */
async function readBody(response: Response, maxBytes: number): Promise<Buffer> {
  const declared = response.headers.get("content-length");
  const declaredBytes = declared === null ? undefined : Number(declared);
  if (declaredBytes !== undefined && declaredBytes > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(declaredBytes, maxBytes);
  }
  if (declaredBytes !== undefined) {
    return readDeclared(response, declaredBytes);
  }
  const chunks: Uint8Array[] = [];
  let readBytes = 0;
  for await (const chunk of response.body ?? []) {
    readBytes += chunk.byteLength;
    if (readBytes > maxBytes) {
      throw tooLarge(undefined, maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Holds each byte once, because chunks go into their place as they arrive. */
async function readDeclared(response: Response, declaredBytes: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(declaredBytes);
  let readBytes = 0;
  for await (const chunk of response.body ?? []) {
    readBytes += chunk.byteLength;
    if (readBytes > declaredBytes) {
      break;
    }
    body.set(chunk, readBytes - chunk.byteLength);
  }
  if (readBytes !== declaredBytes) {
    throw new DownloadError("unavailable", `${readBytes} bytes came instead of ${declaredBytes}`);
  }
  return body;
}

async function readStart(response: Response, firstBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let readBytes = 0;
  // Leaving the loop cancels the download.
  for await (const chunk of response.body ?? []) {
    readBytes += chunk.byteLength;
    chunks.push(chunk);
    if (readBytes >= firstBytes) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, firstBytes);
}

function tooLarge(sizeBytes: number | undefined, maxBytes: number): DownloadError {
  return new DownloadError("too_large", `it has more than ${maxBytes} bytes`, {
    ...(sizeBytes !== undefined && { sizeBytes }),
  });
}

function refuseAnswer(response: Response, body: Buffer): void {
  const isPage =
    (response.headers.get("content-type") ?? "").startsWith("text/html") ||
    /^\s*<(?:!doctype html|html)/iu.test(body.subarray(0, 256).toString("latin1"));
  if (isPage) {
    throw new DownloadError("no_access", "Slack answered with its login page");
  }
  if (body.byteLength === SERVING_ERROR.length && body.toString("latin1") === SERVING_ERROR) {
    throw new DownloadError("not_served", 'Slack answered "Error serving file."');
  }
}
