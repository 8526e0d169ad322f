import { expect, it } from "vitest";
import { createLogger } from "../../../lib/logger.ts";
import { createAttempt } from "../../../lib/images/codecs/attempt-step.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { takeLogs } from "../../helpers/logs.ts";

it("a step that takes too long fails, and does not delay the next one", async () => {
  const clock = createTestClock();
  const attempt = createAttempt({ clock, logger: createLogger(clock) });
  const work = { fileId: "F1", deadlineMs: clock.nowMs + 60_000 };
  let isBegun = false;
  const endless = attempt("optimize", work, () => {
    isBegun = true;
    return new Promise<never>(() => undefined);
  });
  const next = attempt("optimize", work, async () => "the next image");
  const late = attempt("optimize", { ...work, deadlineMs: clock.nowMs }, async () => "too late");
  await expect.poll(() => isBegun).toBe(true);
  clock.expire(15_000);
  expect(await endless).toEqual({ outcome: "failed" });
  expect(await next).toEqual({ outcome: "done", result: "the next image" });
  expect(await late).toEqual({ outcome: "late" });
  expect(takeLogs().map(({ event }) => event)).toEqual(["image.failed", "image.late"]);
});
