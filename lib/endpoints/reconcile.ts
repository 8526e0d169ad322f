import { timingSafeEqual, createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { WorkPorts } from "../ports.ts";
import { planWork } from "../time-plan.ts";
import { emptyResponse } from "./route.ts";

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
  if (cronSecret === undefined) {
    return emptyResponse(503);
  }
  if (!isEqual(request.headers.get("authorization") ?? "", `Bearer ${cronSecret}`)) {
    return emptyResponse(401);
  }
  const budget = planWork(clock.now());
  const [work, { sweep }] = await Promise.all([loadWork(), import("../sweep/sweep.ts")]);
  return Response.json(await sweep({ ...work, budget }));
}

/** Compares in constant time, whatever the lengths. */
function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
