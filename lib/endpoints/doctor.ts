import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { refuseStrangers } from "./refuse-strangers.ts";

export interface DoctorDoor {
  /** As they are set, for they may be malformed. */
  variables: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  logger: Logger;
}

/**
 * Examines the deployment from its own place: its region, its role, its way to the bucket. Answers
 * the operator even while other variables than `CRON_SECRET` are missing.
 */
export async function serveDoctor(
  { variables, clock, logger }: DoctorDoor,
  request: Request,
): Promise<Response> {
  const refusal = refuseStrangers(variables["CRON_SECRET"]?.trim() || undefined, request);
  if (refusal !== undefined) {
    return refusal;
  }
  const { examine } = await import("../doctor/examine.ts");
  const { origin } = new URL(request.url);
  const report = await examine({ variables, origin, clock, isDeployed: true, hasRole: true });
  const failed = report.checks.filter(({ ok }) => ok === false).map(({ name }) => name);
  logger.info("doctor.finished", { isWell: report.ok, failed });
  return Response.json(report, { headers: { "cache-control": "no-store" } });
}
