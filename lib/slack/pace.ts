import type { Clock } from "../clock.ts";

/**
 * Waits until one more call is within Slack's limit. Resolves to `false` if that would be after the
 * deadline.
 */
export type Pace = (deadlineMs: number) => Promise<boolean>;

/**
 * Limits the calls of one method in one workspace per minute:
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export function createPace({ clock, perMinute }: { clock: Clock; perMinute: number }): Pace {
  const startsMs: number[] = [];

  return async function pace(deadlineMs) {
    const nowMs = clock.now();
    const nthLastMs = startsMs.at(-perMinute) ?? Number.NEGATIVE_INFINITY;
    const startMs = Math.max(nowMs, nthLastMs + MINUTE_MS);
    if (startMs > nowMs && startMs > deadlineMs) {
      return false;
    }
    startsMs.push(startMs);
    startsMs.splice(0, startsMs.length - perMinute);
    if (startMs > nowMs) {
      await clock.sleep(startMs - nowMs);
    }
    return true;
  };
}

const MINUTE_MS = 60_000;
