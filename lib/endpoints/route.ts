import type { Clock } from "../clock.ts";
import { ConfigError } from "../environment.ts";
import { describeError, type Logger } from "../logger.ts";
import { PayloadError } from "../slack/parse.ts";
import { readRetryNum, RequestError } from "../slack/request.ts";

export type Route = (request: Request) => Promise<Response>;

/** One of the two places that catch everything: any failure becomes a response and a log line. */
export function createRoute(
  handle: Route,
  { clock, logger }: { clock: Clock; logger: Logger },
): Route {
  return async function route(request) {
    const startMs = clock.now();
    try {
      return await handle(request);
    } catch (error) {
      const status = statusOf(error);
      logger[status < 500 ? "warn" : "error"]("request.rejected", {
        path: new URL(request.url).pathname,
        status,
        // A ConfigError holds only names and expectations. It is logged in full, so that one
        // redeploy can fix everything.
        error: error instanceof ConfigError ? error.message : describeError(error),
        retryNum: readRetryNum(request),
        durationMs: clock.now() - startMs,
      });
      return emptyResponse(status);
    }
  };
}

export function emptyResponse(status: number): Response {
  return new Response(null, { status });
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
