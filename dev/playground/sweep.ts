import { TIME_PLAN } from "../../lib/time-plan.ts";
import { LOCAL_CRON_SECRET } from "../stack/running-stack.ts";
import type { SweepResult } from "./api.ts";
import type { StackPorts } from "./stack-ports.ts";

/**
 * After so long, a lease that was taken a moment ago is over, and its holder is dead by any clock. Before that, a sweep
 * keeps the marker.
 */
const DEAD_LEASE_MS = TIME_PLAN.leaseMs + TIME_PLAN.skewMs + 1000;

/** Moves the clock and sweeps. Under `vercel dev` the functions have their own clock, so nothing is moved. */
export async function sweepStack(ports: StackPorts): Promise<SweepResult> {
  const { acts, clock, front, functions, topics } = ports;
  const movedMs = front === undefined ? 0 : DEAD_LEASE_MS;
  clock.move(movedMs);
  topics.emit("stack");
  const { status, body } = await acts.note(
    { from: "person", to: "functions", what: "GET reconcile" },
    async () => {
      const response = await fetch(`${functions}/api/cron/reconcile`, {
        headers: { authorization: `Bearer ${LOCAL_CRON_SECRET}` },
      });
      return { status: response.status, body: parseBody(await response.text()) };
    },
  );
  topics.emit("stack");
  return { status, body, movedMs };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
