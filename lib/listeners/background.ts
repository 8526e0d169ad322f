import type { Clock } from "../clock.ts";
import { describeError, type Logger } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import { planWork, TIME_PLAN } from "../time-plan.ts";

/** `unavailable`: nothing was stored in time, so Slack or the person should try again. */
export type Settled<Accepted> =
  | { outcome: "accepted"; accepted: Accepted }
  | { outcome: "unavailable"; error: unknown };

/** Runs background work that needs nothing stored before the response. */
export type InBackground = (work: (ports: WorkPorts) => Promise<void>) => Promise<void>;

export interface Accept {
  /**
   * Settles once `accepting` has stored what the work needs, or after 2.5 s, and runs the work in
   * the background. The work runs even if the response is too late for Slack, because its promise
   * is stored.
   */
  <Accepted>(
    accepting: Promise<Accepted>,
    work: (ports: WorkPorts, accepted: Accepted) => Promise<void>,
  ): Promise<Settled<Accepted>>;
}

export interface Background {
  accept: Accept;
  inBackground: InBackground;
  /** Settles when the work that is under way now has come to its end. */
  whenIdle: () => Promise<void>;
}

/** The background task is one of the two places that catch everything. */
export function createBackground(dependencies: {
  /** Lets work continue after the response. The given promise never rejects. */
  waitUntil: (work: Promise<void>) => Promise<void>;
  /** Loads everything the background work needs, on first use: the SDKs are heavy. */
  loadWork: () => Promise<Omit<WorkPorts, "budget">>;
  clock: Clock;
  logger: Logger;
}): Background {
  const { waitUntil, loadWork, clock, logger } = dependencies;
  const underWay = new Set<Promise<void>>();

  // The time budget starts now; the ports are loaded when the work begins.
  function prepareWork(): () => Promise<WorkPorts> {
    const budget = planWork(clock.now());
    return async () => ({ ...(await loadWork()), budget });
  }

  function watch(work: Promise<void>): Promise<void> {
    const watched = work.catch((error: unknown) => {
      logger.error("work.failed", { error: describeError(error) });
    });
    underWay.add(watched);
    void watched.finally(() => underWay.delete(watched));
    return waitUntil(watched);
  }

  return {
    inBackground: (work) => watch(prepareWork()().then(work)),
    async accept(accepting, work) {
      const openWork = prepareWork();
      await watch(accepting.then(async (accepted) => work(await openWork(), accepted)));
      return settleWithin(accepting, { timeoutMs: TIME_PLAN.answerMs, clock });
    },
    async whenIdle() {
      await Promise.all(underWay);
    },
  };
}

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
