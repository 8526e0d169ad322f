import { setTimeout as delay } from "node:timers/promises";

/** Far more than a busy machine needs. Only what never happens takes this long. */
const TIMEOUT_MS = 240_000;
const INTERVAL_MS = 50;

/** Calls `look` until it finds something in another process, and returns that. */
export async function poll<Found>(name: string, look: () => Found | undefined): Promise<Found> {
  const deadlineMs = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const found = look();
    if (found !== undefined) {
      return found;
    }
    await delay(INTERVAL_MS);
  }
  throw new Error(`no ${name} within ${TIMEOUT_MS / 1000} s`);
}
