/**
 * One table of all time limits. Limits named `…UntilMs` count from the start of the function: work
 * within a sweep gets what is left of the sweep, and waiting for a turn uses up the waiter's own
 * time.
 */
export const TIME_PLAN = {
  /** `maxDuration` in vercel.json, after which Vercel ends a function. */
  functionMs: 300_000,
  /** Slack waits 3 s for a response; the rest is for the network. */
  answerMs: 2500,
  /** Outlasts the function, so a function that holds a lease ends before the lease does. */
  leaseMs: 310_000,
  /**
   * The most that the clocks of two functions differ. A holder may still be alive for this long
   * after its lease.
   */
  skewMs: 600_000,

  /** A sweep begins no more open work after this, so that it has time to look for lost messages. */
  finishUntilMs: 110_000,
  /** No image, search or other piece of work begins after this. A download may still be running. */
  startUntilMs: 180_000,
  /** No upload of an image to S3 runs past this. */
  storeUntilMs: 245_000,
  /**
   * No call to Slack begins after this, and no `Retry-After` is waited for. Only the last writes of
   * records follow.
   */
  showUntilMs: 265_000,

  /** The limit for one attempt, from the request to the last byte of the response. */
  downloadMs: 30_000,
  storeMs: 30_000,
  /** Records and markers are small. */
  recordMs: 5000,
  slackMs: 8000,
  /** The limit for one request to invalidate what the CDN has. */
  cdnMs: 6000,
  /** The limit for one step of decoding or encoding, which all other images wait for. */
  codecMs: 15_000,
  /** How long a `trigger_id` can open a modal. */
  triggerMs: 3000,
  /** The longest wait for Slack while a person waits for a modal or a sentence. */
  patienceMs: 60_000,
} as const;

/** Epoch ms after which a function begins no more of each kind of work. */
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
