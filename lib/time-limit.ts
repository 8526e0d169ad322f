import type { Clock } from "./clock.ts";

export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
  readonly code = "time_limit";
}

/**
 * Stops waiting for `work` after the limit, and aborts the signal, which `work` may ignore.
 * @throws {TimeLimitError}
 */
export async function withinLimit<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<Result> {
  const limit = new AbortController();
  const settled = new AbortController();
  async function expire(): Promise<never> {
    await clock.sleep(timeoutMs, settled.signal);
    const error = new TimeLimitError(`it took longer than ${timeoutMs} ms`);
    limit.abort(error);
    throw error;
  }
  try {
    return await Promise.race([work(limit.signal), expire()]);
  } finally {
    settled.abort();
  }
}
