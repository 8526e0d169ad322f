import type { Clock } from "../clock.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { sweepStateKey } from "../records/state-keys.ts";
import { StorageError } from "../storage/storage-error.ts";
import { withinLimit } from "../time-limit.ts";
import { TIME_PLAN } from "../time-plan.ts";
import { type Check, failed, passed, skipped } from "./check.ts";
import { authTest } from "./check-slack.ts";
import type { DoctorPorts } from "./doctor-ports.ts";

/** How long one call takes from here: the best of three, so that no connection is counted. */
export async function checkLatency(
  ports: DoctorPorts,
  { hasStore }: { hasStore: boolean },
): Promise<Check[]> {
  const { clock, config, state, isDeployed } = ports;
  const slackMs = await measure(clock, () => authTest(ports));
  const key = sweepStateKey(state.prefix);
  const storeMs = hasStore ? await measure(clock, () => state.bucket.get(key)) : undefined;
  const limit = { clock, timeoutMs: TIME_PLAN.recordMs };
  const cdnMs = await measure(clock, () =>
    withinLimit(async (signal) => {
      const response = await fetch(config.publicBaseUrl, { method: "HEAD", signal });
      await response.body?.cancel();
    }, limit),
  );
  return [
    judge("latency.slack", "Slack", slackMs),
    isDeployed && storeMs !== undefined && storeMs > MAX_STORE_MS
      ? failed(
          "latency.store",
          `The store answers in ${Math.round(storeMs)} ms, and every answer to Slack waits for it twice.`,
          "Choose a region for the function beside the bucket.",
        )
      : judge("latency.store", "The store", storeMs),
    judge("latency.cdn", "The CDN", cdnMs),
  ];
}

/** An answer stores a record and a marker within 2.5 s, and Slack's network takes its part. */
const MAX_STORE_MS = 800;
const TRIES = 3;

/** `undefined`: there was no answer. */
async function measure(clock: Clock, ask: () => Promise<unknown>): Promise<number | undefined> {
  const durationsMs: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const startMs = clock.now();
    try {
      await ask();
    } catch (error) {
      if (isOutage(error)) {
        return undefined;
      }
      throw error;
    }
    durationsMs.push(clock.now() - startMs);
  }
  return Math.min(...durationsMs);
}

/** `fetch` fails with a `TypeError`, our limits with a `TimeLimitError`. */
function isOutage(error: unknown): boolean {
  const isApi = error instanceof SlackApiError || error instanceof StorageError;
  return isApi || (error instanceof Error && OUTAGES.has(error.name));
}

const OUTAGES: ReadonlySet<string> = new Set(["TypeError", "TimeLimitError", "AbortError"]);

function judge(name: string, who: string, durationMs: number | undefined): Check {
  return durationMs === undefined
    ? skipped(name, `${who} does not answer.`)
    : passed(name, `${who} answers in ${Math.round(durationMs)} ms.`);
}
