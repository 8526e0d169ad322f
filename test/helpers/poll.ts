import { setTimeout as delay } from "node:timers/promises";

/** Far more than a busy machine needs: only what never comes runs into it. */
const TIMEOUT_MS = 240_000;
const INTERVAL_MS = 50;

/** What `look` finds, as soon as it finds something: for work in another process. */
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
