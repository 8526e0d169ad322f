import { setTimeout as delay } from "node:timers/promises";

/** Time as an argument: the app's only way to read the clock or to wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects if `signal` is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The time in ISO 8601, as records and markers store it. Two such times compare as text. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, signal && { signal }),
};
