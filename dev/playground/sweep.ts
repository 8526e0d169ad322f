import { TIME_PLAN } from "../../lib/time-plan.ts";
import { LOCAL_CRON_SECRET } from "../stack/running-stack.ts";
import type { SweepResult } from "./api.ts";
import type { StackPorts } from "./stack-ports.ts";

/**
 * A lease that was taken a moment ago is over after that, and whoever held it is dead by any clock. Only then is a
 * sweep done with what they left behind.
 */
const DEAD_LEASE_MS = TIME_PLAN.leaseMs + TIME_PLAN.skewMs + 1000;

/** Under `vercel dev` the functions keep their own time, and so does all else. */
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
