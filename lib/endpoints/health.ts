import type { ConfigError } from "../environment.ts";
import type { Health } from "../ports.ts";
import { type Desk, logAnswer } from "./route.ts";

const PATH = "/api/health";

/**
 * Serves uptime checks. Contains only names: of variables, and of problems that this instance's
 * sweeps found.
 */
export function serveHealth(desk: Desk, { alarms }: Health): Response {
  return alarms.size === 0
    ? answer(desk, 200, { ok: true })
    : answer(desk, 503, { ok: false, variables: [], problems: [...alarms] });
}

/** The same while variables are missing or malformed. */
export function serveBadHealth(desk: Desk, { message, variables }: ConfigError): Response {
  desk.logger.error("request.rejected", { path: PATH, status: 503, error: message });
  return answer(desk, 503, { ok: false, variables });
}

function answer({ clock, logger }: Desk, status: number, body: object): Response {
  const startMs = clock.now();
  const response = Response.json(body, { status });
  const durationMs = clock.now() - startMs;
  logAnswer(logger, { method: "GET", path: PATH, status, durationMs });
  return response;
}
