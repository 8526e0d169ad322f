import type { Clock } from "./clock.ts";

export interface RetryOptions {
  clock: Clock;
  /**
   * The pause before the next attempt in ms; `undefined` gives up. The first failure is attempt 1.
   */
  waitMs: (error: unknown, attempt: number) => number | undefined;
  /** Epoch ms: gives up at once if the pause would end later. */
  deadlineMs?: number | undefined;
}

/** Rejects with the error of the last attempt. */
export async function retry<Result>(
  operation: () => Promise<Result>,
  { clock, waitMs, deadlineMs = Number.POSITIVE_INFINITY }: RetryOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      const pauseMs = waitMs(error, attempt);
      if (pauseMs === undefined || clock.now() + pauseMs > deadlineMs) {
        throw error;
      }
      await clock.sleep(pauseMs);
    }
  }
}

/** Full jitter over a doubling base, for three attempts in total. */
export function jitterMs(attempt: number): number | undefined {
  return attempt < MAX_ATTEMPTS ? Math.random() * BASE_MS * 2 ** attempt : undefined;
}

const MAX_ATTEMPTS = 3;
const BASE_MS = 100;
