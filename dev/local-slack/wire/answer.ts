import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Fault } from "../state/faults.ts";
import type { RecordedRequest } from "../state/recorded-request.ts";
import type { Slack } from "../state/slack.ts";

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

export function jsonReply(value: unknown, { status = 200, headers = {} } = {}): Reply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function textReply(
  text: string,
  { status = 200, type = "text/plain", headers = {} } = {},
): Reply {
  return { status, headers: { "content-type": type, ...headers }, body: Buffer.from(text) };
}

/** Slack serves this page with HTTP 200 instead of a file (OpenRouterLabs/spawn#2316, slackapi/bolt-js#2585). */
export function loginPage(): Reply {
  return textReply(
    '<!DOCTYPE html><html lang="en-US"><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>',
    { type: "text/html; charset=utf-8", headers: { "x-slack-meta": "?;acl_fail" } },
  );
}

/**
 * Records a request and sends the reply to it, unless a fault decides otherwise. A fault that strikes before the
 * method (429, 500, a stall, …) keeps it from being carried out. `executed_then_stall`, `executed_then_reset`,
 * `truncated`, `no_content_length` and `slow_drip` do not.
 */
export async function answer(
  slack: Slack,
  { outgoing, ...arrived }: Arrival,
  produce: (request: RecordedRequest) => Promise<Reply>,
): Promise<Response> {
  const request: RecordedRequest = { ...arrived, status: 0, atMs: slack.clock.nowMs() };
  const startedMs = performance.now();
  slack.requests.push(request);
  slack.onTraffic("request");
  // A broken connection closes too.
  outgoing.once("close", () => {
    request.durationMs = performance.now() - startedMs;
    slack.onTraffic("request");
  });
  const fault = slack.faults.take(request);
  if (fault?.kind === "stall") {
    return forever();
  }
  if (fault?.kind === "reset") {
    return reset(outgoing);
  }
  const reply = insteadOfExecution(fault) ?? (await produce(request));
  if (fault?.kind === "executed_then_stall") {
    return forever();
  }
  if (fault?.kind === "executed_then_reset") {
    return reset(outgoing);
  }
  request.status = reply.status;
  if (fault?.kind === "truncated") {
    sendTruncated(outgoing, reply);
  } else if (fault?.kind === "slow_drip") {
    sendSlowly(outgoing, reply, fault);
  } else if (fault?.kind === "no_content_length") {
    outgoing.writeHead(reply.status, { ...reply.headers, "transfer-encoding": "chunked" });
    outgoing.end(reply.body);
  } else {
    outgoing.writeHead(reply.status, { "content-length": reply.body.length, ...reply.headers });
    outgoing.end(reply.body);
  }
  return RESPONSE_ALREADY_SENT;
}

type Arrival = Omit<RecordedRequest, "status" | "error" | "atMs"> & { outgoing: ServerResponse };

/** The answer of a fault that keeps the method from being carried out. */
function insteadOfExecution(fault: Fault | undefined): Reply | undefined {
  if (fault === undefined) {
    return undefined;
  }
  if (fault.kind === "redirect") {
    return textReply("", { status: 302, headers: { location: fault.to } });
  }
  if (fault.kind === "platform_error") {
    const { error, needed } = fault;
    return jsonReply({ ok: false, error, ...(needed === undefined ? {} : { needed }) });
  }
  if (fault.kind === "rate_limited") {
    const retryAfter = String(fault.retryAfterSeconds ?? 1);
    return jsonReply(
      { ok: false, error: "ratelimited" },
      { status: 429, headers: { "retry-after": retryAfter } },
    );
  }
  return FIXED_REPLIES[fault.kind]?.();
}

const FIXED_REPLIES: Partial<Record<Fault["kind"], () => Reply>> = {
  error_500: () => textReply("Internal Server Error", { status: 500 }),
  html: () =>
    textReply("<!DOCTYPE html><html><body>Slack is down.</body></html>", { type: "text/html" }),
  login_page: loginPage,
  error_serving_file: () => textReply("Error serving file."),
};

/** Never settles. The client or `close()` destroys the socket. */
function forever(): Promise<Response> {
  return new Promise(() => {});
}

function reset(outgoing: ServerResponse): Response {
  outgoing.socket?.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

function sendTruncated(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  outgoing.writeHead(status, { "content-length": body.length, ...headers });
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
}

function sendSlowly(
  outgoing: ServerResponse,
  { status, headers, body }: Reply,
  { chunkBytes = 1, intervalMs = 100 }: { chunkBytes?: number; intervalMs?: number },
): void {
  outgoing.writeHead(status, { "content-length": body.length, ...headers });
  outgoing.flushHeaders();
  let sent = 0;
  const timer = setInterval(() => {
    outgoing.write(body.subarray(sent, sent + chunkBytes));
    sent += chunkBytes;
    if (sent >= body.length) {
      outgoing.end();
    }
  }, intervalMs);
  outgoing.on("close", () => clearInterval(timer));
}
