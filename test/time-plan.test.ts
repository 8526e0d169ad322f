import { describe, expect, it } from "vitest";
import { TIME_PLAN } from "../lib/time-plan.ts";
import vercel from "../vercel.json" with { type: "json" };

/** Three tries of a small write, with the pauses between them. */
const WRITE_MS = 3 * TIME_PLAN.recordMs + 1200;

describe("TIME_PLAN", () => {
  it("fits into a function, even if everything takes as long as it may", () => {
    expect(TIME_PLAN.functionMs).toBe(vercel.functions["api/{cron,slack}/*.ts"].maxDuration * 1000);
    expect(TIME_PLAN.finishUntilMs).toBeLessThan(TIME_PLAN.startUntilMs);
    expect(TIME_PLAN.startUntilMs + TIME_PLAN.downloadMs).toBeLessThan(TIME_PLAN.storeUntilMs);
    expect(TIME_PLAN.storeUntilMs).toBeLessThan(TIME_PLAN.showUntilMs);
    expect(TIME_PLAN.showUntilMs + TIME_PLAN.slackMs + WRITE_MS).toBeLessThan(TIME_PLAN.functionMs);
    expect(TIME_PLAN.leaseMs).toBeGreaterThan(TIME_PLAN.functionMs);
    expect(TIME_PLAN.answerMs).toBeLessThan(3000);
  });
});
