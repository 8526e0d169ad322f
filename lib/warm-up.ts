import type { Clock } from "./clock.ts";
import type { Background } from "./listeners/background.ts";
import { describeError, type Logger } from "./logger.ts";

/**
 * Loads both SDKs after the first answer of an instance, whatever that answer was, so that the first image does not wait
 * for them.
 */
export async function warmUp({
  openDoor,
  loadWork,
  waitUntil,
  clock,
  logger,
}: {
  openDoor: () => Promise<Pick<Background, "whenIdle">>;
  loadWork: () => Promise<unknown>;
  waitUntil: (work: Promise<void>) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Promise<void> {
  await clock.sleep(DELAY_MS);
  const load = async () => {
    try {
      const { whenIdle } = await openDoor();
      // A modal must open within 3 s, and an import would slow it down.
      await whenIdle();
      await Promise.all([
        loadWork(),
        import("@aws-sdk/client-s3"),
        import("@slack/web-api"),
        import("./uploads/keep-promise.ts"),
      ]);
    } catch (error) {
      logger.warn("instance.cold", { error: describeError(error) });
    }
  };
  await waitUntil(load());
}

/** By then, the answer has left. */
const DELAY_MS = 20;
