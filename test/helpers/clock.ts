import { once, setMaxListeners } from "node:events";
import type { Clock } from "../../lib/clock.ts";

/** A clock that only a test moves. A pause ends at once and moves the clock; time limits never end by themselves. */
export interface TestClock extends Clock {
  nowMs: number;
  /** The lengths of all pauses, in ms, in order. */
  readonly sleeps: readonly number[];
  /** Ends every running time limit, or every one of this length. */
  expire(limitMs?: number): void;
}

export function createTestClock(nowMs = Date.parse("2026-03-01T12:00:00Z")): TestClock {
  const sleeps: number[] = [];
  const limits = new EventTarget();
  const lengths = new Set<number>();
  setMaxListeners(0, limits);
  const clock: TestClock = {
    nowMs,
    sleeps,
    now: () => clock.nowMs,
    expire(limitMs) {
      for (const length of limitMs === undefined ? lengths : [limitMs]) {
        limits.dispatchEvent(new Event(`${length} ms`));
      }
    },
    async sleep(durationMs, signal) {
      if (signal !== undefined) {
        // A sleep that can be aborted is a time limit on something else.
        lengths.add(durationMs);
        await once(limits, `${durationMs} ms`, { signal });
        return;
      }
      sleeps.push(durationMs);
      clock.nowMs += durationMs;
    },
  };
  return clock;
}
