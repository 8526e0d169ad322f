import { setTimeout as delay } from "node:timers/promises";

/** The first value of `look` that `isDone` accepts, for 20 s. Rejects with what was waited for. */
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
        `${subject} did not come within ${TIMEOUT_MS / 1000} s: see the functions' log`,
      );
    }
    await delay(POLL_MS);
  }
}

const TIMEOUT_MS = 20_000;
const POLL_MS = 40;
