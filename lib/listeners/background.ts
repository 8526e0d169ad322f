import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";

/** `unavailable`: it was not stored in time, and whoever asked had better ask again. */
export type Settled<Accepted> =
  | { outcome: "accepted"; accepted: Accepted }
  | { outcome: "unavailable"; error: unknown };

/** Work behind the answer that needs nothing stored before it. */
export type InBackground = (work: () => Promise<void>) => Promise<void>;

export interface Accept {
  /**
   * Settles as soon as `accepting` has stored what the work needs, after 2.5 s at the latest, and does the work behind
   * the answer. Even when the answer comes too late for Slack, what was stored is worked off.
   */
  <Accepted>(
    accepting: Promise<Accepted>,
    work: (accepted: Accepted) => Promise<void>,
  ): Promise<Settled<Accepted>>;
}

/** The background task is one of the two places that catch everything. */
export function createBackground(dependencies: {
  /** Lets work go on after the answer. What is handed to it does not reject. */
  waitUntil: (work: Promise<void>) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): { accept: Accept; inBackground: InBackground } {
  const { waitUntil, clock, logger } = dependencies;

  function watch(work: Promise<void>): Promise<void> {
    return waitUntil(
      work.catch((error: unknown) => {
        logger.error("work.failed", { error: describeError(error) });
      }),
    );
  }

  return {
    inBackground: (work) => watch(work()),
    async accept(accepting, work) {
      await watch(accepting.then(work));
      return settleWithin(accepting, { timeoutMs: ACCEPT_TIMEOUT_MS, clock });
    },
  };
}

/** Slack waits 3 s for an answer; the rest is for the way there and back. */
const ACCEPT_TIMEOUT_MS = 2500;

async function settleWithin<Accepted>(
  accepting: Promise<Accepted>,
  { timeoutMs, clock }: { timeoutMs: number; clock: Clock },
): Promise<Settled<Accepted>> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      accepting.then((accepted) => ({ outcome: "accepted", accepted }) as const),
      clock
        .sleep(timeoutMs, settled.signal)
        .then(() => ({ outcome: "unavailable", error: undefined }) as const),
    ]);
  } catch (error) {
    return { outcome: "unavailable", error };
  } finally {
    settled.abort();
  }
}
