import type { Clock } from "../clock.ts";
import { withinLimit } from "../time-limit.ts";

/**
 * Reads an address as a reader's browser does. `undefined`: the request was refused.
 * @throws if there is no response.
 */
export function readPublicly(
  url: string,
  limit: { clock: Clock; timeoutMs: number },
): Promise<string | undefined> {
  return withinLimit(async (signal) => {
    const response = await fetch(url, { signal });
    if (response.ok) {
      return response.text();
    }
    await response.body?.cancel();
    return undefined;
  }, limit);
}
