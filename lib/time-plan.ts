/**
 * One table of all that takes time. What ends in `UntilMs` counts from the moment at which the function was called:
 * work in a sweep gets what is left of the sweep, and whoever waits for a turn spends its own time.
 */
export const TIME_PLAN = {
  /** `maxDuration` in vercel.json: Vercel ends a function after it. */
  functionMs: 300_000,
  /** Slack waits 3 s for an answer; the rest is for the way there and back. */
  answerMs: 2500,
  /** A function that holds a lease is over before the lease is. */
  leaseMs: 310_000,
  /** Clocks of two functions differ by no more: so long after its lease, its holder may be alive all the same. */
  skewMs: 600_000,

  /** A sweep begins with no more open work after this, so that there is time to look for lost messages. */
  finishUntilMs: 110_000,
  /** Nothing is begun after this: no image, no search, no piece of work. A download may be on its way still. */
  startUntilMs: 180_000,
  /** No image is on its way to S3 after this. */
  storeUntilMs: 245_000,
  /** No call of Slack is begun after this, and no `Retry-After` waited for; the last writes of records follow. */
  showUntilMs: 265_000,

  /** One try of each, from the request to the last byte of the answer. */
  downloadMs: 30_000,
  storeMs: 30_000,
  /** Records and markers are small. */
  recordMs: 5000,
  slackMs: 8000,
  /** One step of decoding and encoding: it holds up everybody's images behind it. */
  codecMs: 15_000,
  /** How long a `trigger_id` opens a modal. */
  triggerMs: 3000,
  /** Work that one person waits for, a modal or a sentence, waits for Slack no longer than this. */
  patienceMs: 60_000,
} as const;

/** Epoch ms at which a function stops doing things. */
export interface Budget {
  startUntilMs: number;
  storeUntilMs: number;
  showUntilMs: number;
}

export function planWork(startMs: number): Budget {
  return {
    startUntilMs: startMs + TIME_PLAN.startUntilMs,
    storeUntilMs: startMs + TIME_PLAN.storeUntilMs,
    showUntilMs: startMs + TIME_PLAN.showUntilMs,
  };
}
