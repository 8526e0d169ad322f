import { describe, expect, it } from "vitest";
import { createPace } from "../../lib/slack/pace.ts";
import { createTestClock } from "../helpers/clock.ts";

describe("createPace()", () => {
  it("starts no more calls in any minute than its limit", async () => {
    const clock = createTestClock();
    const pace = createPace({ clock, perMinute: 50 });
    const startsMs: number[] = [];
    for (let call = 0; call < 160; call += 1) {
      expect(await pace(Number.POSITIVE_INFINITY)).toBe(true);
      startsMs.push(clock.nowMs);
      clock.nowMs += 100;
    }
    for (const [index, startMs] of startsMs.slice(0, -50).entries()) {
      expect((startsMs[index + 50] ?? 0) - startMs).toBeGreaterThanOrEqual(60_000);
    }
    expect(startsMs[49]).toBe((startsMs[0] ?? 0) + 4900);
  });

  it("says so if that would be after the deadline, without waiting", async () => {
    const clock = createTestClock();
    const pace = createPace({ clock, perMinute: 1 });
    expect(await pace(clock.nowMs)).toBe(true);
    expect(await pace(clock.nowMs + 59_999)).toBe(false);
    expect(clock.sleeps).toEqual([]);
    expect(await pace(clock.nowMs + 60_000)).toBe(true);
    expect(clock.sleeps).toEqual([60_000]);
  });
});
