import type { Clock } from "../clock.ts";
import { ConfigError } from "../environment.ts";
import { describeError, type Logger } from "../logger.ts";
import { PayloadError } from "../slack/parse.ts";
import { readRetryNum, RequestError } from "../slack/request.ts";
import { SignatureError } from "../slack/signature.ts";

export type Route = (request: Request) => Promise<Response>;

/** The clock and the log of everything that answers requests. */
export interface Desk {
  clock: Clock;
  logger: Logger;
}

/**
 * Makes the routes of one process. A route is one of the two places that catch everything: any
 * failure becomes a response and a log line. Every request, failed or not, gets the line
 * `request.answered`, except refused ones past the limit that all routes share.
 */
export function createRoutes({ clock, logger }: Desk): (handle: Route) => Route {
  let second = 0;
  let refusals = 0;

  function beginSecond(nowMs: number): void {
    const unlogged = refusals - LOGGED_REFUSALS;
    if (unlogged > 0) {
      logger.warn("refusals.unlogged", { count: unlogged });
    }
    second = Math.floor(nowMs / 1000);
    refusals = 0;
  }

  return (handle) =>
    async function route(request) {
      const startMs = clock.now();
      if (Math.floor(startMs / 1000) !== second) {
        beginSecond(startMs);
      }
      const { response, error } = await answer(handle, request);
      const { status } = response;
      if (status >= 400 && status < 500 && ++refusals > LOGGED_REFUSALS) {
        return response;
      }
      const { method } = request;
      const path = pathOf(request.url);
      if (error !== undefined) {
        const retryNum = readRetryNum(request);
        logger[status < 500 ? "warn" : "error"]("request.rejected", {
          path,
          status,
          error: describeRejection(error),
          retryNum,
        });
      }
      const durationMs = clock.now() - startMs;
      // The answer does not wait for its own log line.
      setImmediate(() => logAnswer(logger, { method, path, status, durationMs }));
      return response;
    };
}

/** A second's refused requests that are logged. Anybody can send more of them than a log should hold. */
const LOGGED_REFUSALS = 10;

/** Logs no query and no header, because they may hold secrets. */
export function logAnswer(
  logger: Logger,
  answered: { method: string; path: string; status: number; durationMs: number },
): void {
  logger.info("request.answered", answered);
}

export function emptyResponse(status: number): Response {
  return new Response(null, { status });
}

async function answer(
  handle: Route,
  request: Request,
): Promise<{ response: Response; error?: unknown }> {
  try {
    return { response: await handle(request) };
  } catch (error) {
    return { response: emptyResponse(statusOf(error)), error };
  }
}

/**
 * A ConfigError holds only names and expectations. It is logged in full, so that one redeploy can
 * fix everything.
 */
function describeRejection(error: unknown): string {
  return error instanceof ConfigError ? error.message : describeError(error);
}

/** Parsing the whole URL would cost more than the rest of the log line. */
function pathOf(url: string): string {
  return /^[^:]+:\/\/[^/]*(?<path>[^?#]*)/u.exec(url)?.groups?.["path"] ?? "";
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) {
    return error.status;
  }
  if (error instanceof SignatureError) {
    return 401;
  }
  if (error instanceof PayloadError) {
    return 400;
  }
  return error instanceof ConfigError ? 503 : 500;
}
