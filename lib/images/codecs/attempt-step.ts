import type { Clock } from "../../clock.ts";
import { describeError, type Logger } from "../../logger.ts";
import { withinLimit } from "../../time-limit.ts";
import { TIME_PLAN } from "../../time-plan.ts";

export interface ImageWork {
  /** Names the image in the log. */
  fileId: string;
  /** No step begins after this time. */
  deadlineMs: number;
}

/** The result of one decoding or encoding step. */
export type Attempted<Result> =
  | { outcome: "done"; result: Result }
  /** The log says why. */
  | { outcome: "failed" }
  /** The deadline passed before the step's turn came. */
  | { outcome: "late" };

export type Attempt = <Result>(
  step: "heic" | "optimize" | "variant",
  work: ImageWork,
  run: () => Promise<Result>,
) => Promise<Attempted<Result>>;

/**
 * Runs one step at a time across all uploads of the process, because each takes some hundred
 * megabytes. A step that takes too long fails, and the next one runs. Never rejects.
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
