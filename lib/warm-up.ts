import type { Clock } from "./clock.ts";
import { describeError, type Logger } from "./logger.ts";

/**
 * Loads both SDKs behind the first answer of an instance, whatever it was, so that the first image does not wait for
 * them.
 */
export async function warmUp({
  loadWork,
  whenIdle,
  waitUntil,
  clock,
  logger,
}: {
  loadWork: () => Promise<unknown>;
  /** A modal has to open within 3 s: work that is under way is not to share its time with an import. */
  whenIdle: () => Promise<void>;
  waitUntil: (work: Promise<void>) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): Promise<void> {
  await clock.sleep(DELAY_MS);
  const load = async () => {
    try {
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

/** After that long, the answer has left. */
const DELAY_MS = 20;
