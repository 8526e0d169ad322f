import type { Clock } from "../clock.ts";
import { ConfigError } from "../environment.ts";
import { describeError, type Logger } from "../logger.ts";
import { PayloadError } from "../slack/parse.ts";
import { readRetryNum, RequestError } from "../slack/request.ts";

export type Route = (request: Request) => Promise<Response>;

/** The clock and the log of everything that answers requests. */
export interface Desk {
  clock: Clock;
  logger: Logger;
}

/**
 * One of the two places that catch everything: any failure becomes a response and a log line.
 * Every request, failed or not, gets the line `request.answered`.
 */
export function createRoute(handle: Route, desk: Desk): Route {
  return async function route(request) {
    const startMs = desk.clock.now();
    const { method } = request;
    const path = new URL(request.url).pathname;
    const response = await answer(handle, request, { ...desk, path });
    logAnswer(desk, { method, path, status: response.status, startMs });
    return response;
  };
}

/** Logs no query and no header, because they may hold secrets. */
export function logAnswer(
  { clock, logger }: Desk,
  { startMs, ...answered }: { method: string; path: string; status: number; startMs: number },
): void {
  logger.info("request.answered", { ...answered, durationMs: clock.now() - startMs });
}

export function emptyResponse(status: number): Response {
  return new Response(null, { status });
}

async function answer(
  handle: Route,
  request: Request,
  { logger, path }: Desk & { path: string },
): Promise<Response> {
  try {
    return await handle(request);
  } catch (error) {
    const status = statusOf(error);
    logger[status < 500 ? "warn" : "error"]("request.rejected", {
      path,
      status,
      // A ConfigError holds only names and expectations. It is logged in full, so that one
      // redeploy can fix everything.
      error: error instanceof ConfigError ? error.message : describeError(error),
      retryNum: readRetryNum(request),
    });
    return emptyResponse(status);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) {
    return error.status;
  }
  if (error instanceof PayloadError) {
    return 400;
  }
  return error instanceof ConfigError ? 503 : 500;
}
