import type { Clock } from "../../lib/clock.ts";

/** A clock that only a test moves; whoever sleeps wakes at once, that much later. */
export interface TestClock extends Clock {
  nowMs: number;
  /** How long was slept, in ms, in order. */
  readonly sleeps: readonly number[];
}

/** `sleep` rejects when it is aborted before the event loop comes round once, as the real one may. */
export function createTestClock(nowMs = Date.parse("2026-03-01T12:00:00Z")): TestClock {
  const sleeps: number[] = [];
  const clock: TestClock = {
    nowMs,
    sleeps,
    now: () => clock.nowMs,
    async sleep(durationMs) {
      sleeps.push(durationMs);
      clock.nowMs += durationMs;
    },
  };
  return clock;
}
