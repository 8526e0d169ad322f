import type { Clock } from "../clock.ts";
import type { WorkPorts } from "../ports.ts";
import { planWork } from "../time-plan.ts";
import { refuseStrangers } from "./refuse-strangers.ts";

export interface SweepDoor {
  /** `CRON_SECRET`, the bearer token for the sweep endpoint. Unset: sweeps are refused. */
  cronSecret: string | undefined;
  clock: Clock;
  loadWork: () => Promise<Omit<WorkPorts, "budget">>;
}

/** Runs a sweep. Vercel Cron calls this with `Authorization: Bearer $CRON_SECRET`. */
export async function serveReconcile(
  { cronSecret, clock, loadWork }: SweepDoor,
  request: Request,
): Promise<Response> {
  const refusal = refuseStrangers(cronSecret, request);
  if (refusal !== undefined) {
    return refusal;
  }
  const budget = planWork(clock.now());
  const [work, { sweep }] = await Promise.all([loadWork(), import("../sweep/sweep.ts")]);
  return Response.json(await sweep({ ...work, budget }));
}
