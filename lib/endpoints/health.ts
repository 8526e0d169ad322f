import type { Health } from "../ports.ts";

/** For uptime checks. Names only: of variables, and what the sweeps of this instance found. */
export function serveHealth({ alarms }: Health): Response {
  return alarms.size === 0
    ? Response.json({ ok: true })
    : Response.json({ ok: false, variables: [], problems: [...alarms] }, { status: 503 });
}
