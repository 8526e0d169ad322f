import type { Clock } from "../../clock.ts";
import { describeError, type Logger } from "../../logger.ts";
import { withinLimit } from "../../time-limit.ts";
import { TIME_PLAN } from "../../time-plan.ts";

export interface ImageWork {
  /** What the log calls the image. */
  fileId: string;
  /** Nothing is begun after it. */
  deadlineMs: number;
}

/** What became of a step of decoding and encoding. */
export type Attempted<Result> =
  | { outcome: "done"; result: Result }
  /** The log says why. */
  | { outcome: "failed" }
  /** Its turn came after the deadline. */
  | { outcome: "late" };

export type Attempt = <Result>(
  step: "heic" | "optimize" | "variant",
  work: ImageWork,
  run: () => Promise<Result>,
) => Promise<Attempted<Result>>;

/**
 * One step at a time, over all uploads of the process: each takes some hundred megabytes. What takes too long fails, and
 * the next one has its turn. Never rejects.
 */
export function createAttempt({ clock, logger }: { clock: Clock; logger: Logger }): Attempt {
  const limit = { clock, timeoutMs: TIME_PLAN.codecMs };
  let last: Promise<unknown> = Promise.resolve();

  return function attempt(step, { fileId: file, deadlineMs }, run) {
    const turn = last.then(async () => {
      if (clock.now() >= deadlineMs) {
        logger.warn("image.late", { file, step });
        return { outcome: "late" } as const;
      }
      try {
        return { outcome: "done", result: await withinLimit(run, limit) } as const;
      } catch (error) {
        logger.warn("image.failed", { file, step, error: describeError(error) });
        return { outcome: "failed" } as const;
      }
    });
    last = turn;
    return turn;
  };
}
