import type { ConfigError } from "../environment.ts";
import type { Logger } from "../logger.ts";
import type { Health } from "../ports.ts";

/**
 * Serves uptime checks. Contains only names: of variables, and of problems that this instance's
 * sweeps found.
 */
export function serveHealth({ alarms }: Health): Response {
  return alarms.size === 0
    ? Response.json({ ok: true })
    : Response.json({ ok: false, variables: [], problems: [...alarms] }, { status: 503 });
}

/** The same while variables are missing or malformed. */
export function serveBadHealth(logger: Logger, { message, variables }: ConfigError): Response {
  logger.error("request.rejected", { path: "/api/health", status: 503, error: message });
  return Response.json({ ok: false, variables }, { status: 503 });
}
