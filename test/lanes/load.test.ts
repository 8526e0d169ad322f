import { expect, it } from "vitest";
import { runLoad } from "../../dev/load/run-load.ts";

it("the app loses and doubles nothing of 40 messages while every tenth call fails", async () => {
  const report = await runLoad({ messages: 40, images: 3, inFlight: 20, failures: 0.1, seed: 1 });
  expect(report).toMatchObject({ problems: [], images: 120, replies: 40 });
  expect(report.failedCalls).toBeGreaterThan(0);
  expect(report.peakMegabytes).toBeLessThan(512);
});
