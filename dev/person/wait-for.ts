import { setTimeout as delay } from "node:timers/promises";

/** Calls `look` until `isDone` accepts the value, for at most 20 s. */
export async function waitFor<Value>(
  look: () => Promise<Value>,
  isDone: (value: Value) => boolean,
  subject: string,
): Promise<Value> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const value = await look();
    if (isDone(value)) {
      return value;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(
        `${subject} did not appear within ${TIMEOUT_MS / 1000} s: see the functions' log`,
      );
    }
    await delay(POLL_MS);
  }
}

const TIMEOUT_MS = 20_000;
const POLL_MS = 40;
