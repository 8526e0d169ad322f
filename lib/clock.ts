import { setTimeout as delay } from "node:timers/promises";

/** Time as an argument: the only way the app learns the hour or waits. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects when `signal` is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The time as records and markers note it, ISO 8601: two such times compare as text. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, signal && { signal }),
};
