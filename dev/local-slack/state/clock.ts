/** The local Slack's only source of time, timestamps and counted ids. */
export interface Clock {
  nowMs(): number;
  nowSeconds(): number;
  /** Unique and increasing: `1766458029.244159`. */
  nextTs(): string;
  nextNumber(): number;
  /** Rejects if the signal is aborted first. */
  sleep: Sleep;
}

export type Sleep = (durationMs: number, signal: AbortSignal) => Promise<void>;

export function createClock(now: () => number, sleep: Sleep): Clock {
  let lastMicros = 0;
  let number = 0;
  return {
    nowMs: now,
    nowSeconds: () => Math.floor(now() / 1000),
    nextTs() {
      lastMicros = Math.max(Math.floor(now() * 1000), lastMicros + 1);
      const digits = String(lastMicros).padStart(7, "0");
      return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    },
    nextNumber() {
      number += 1;
      return number;
    },
    sleep,
  };
}
