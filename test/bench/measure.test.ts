import { describe, expect, it } from "vitest";
import { countCalls } from "../../bench/count-calls.ts";
import { interleave, median, percentile, round } from "../../bench/measure.ts";

describe("interleave()", () => {
  it("lets everybody run once per round, in another order each time, and drops the first rounds", async () => {
    const order: string[] = [];
    const samples = await interleave(["a", "b", "c"], { rounds: 2, warmUps: 1 }, (name, turn) => {
      order.push(name);
      return Promise.resolve(`${name}${turn}`);
    });
    expect(order.join("")).toBe("abcbcacab");
    expect(samples).toEqual(
      new Map([
        ["a", ["a1", "a2"]],
        ["b", ["b1", "b2"]],
        ["c", ["c1", "c2"]],
      ]),
    );
  });
});

describe("percentile()", () => {
  it.each([
    [0.5, [3, 1, 2], 2],
    [0.5, [4, 1, 3, 2], 2],
    [0.99, Array.from({ length: 100 }, (_, index) => index + 1), 99],
    [0.99, [1, 2], 2],
    [0, [1, 2], 1],
  ])("takes the sample of rank %f of %j", (share, samples, expected) => {
    expect(percentile(samples, share)).toBe(expected);
  });

  it("is no number without samples", () => {
    expect(median([])).toBeNaN();
  });
});

it("round() keeps three digits", () => {
  expect([0.123456, 12.3456, 123_456].map(round)).toEqual([0.123, 12.3, 123_000]);
});

it("countCalls() counts by method, and by what is done to which kind of object", () => {
  const query = {};
  expect(
    countCalls({
      slack: [
        { method: "chat.postMessage", atMs: 1 },
        { method: "chat.update", atMs: 3 },
        { method: "download", atMs: 4 },
      ],
      s3: [
        { method: "PUT", key: "state/messages/T1/C1/1.2.json", query },
        { method: "PUT", key: "state/open/messages/T1/C1/1.2/id", query },
        { method: "PUT", key: "images/1.jpg", query },
        { method: "GET", key: "state/reconcile.json", query },
        { method: "GET", key: "", query: { "list-type": "2", prefix: "state/open/" } },
      ],
    }),
  ).toEqual({
    calls: {
      "chat.postMessage": 1,
      "chat.update": 1,
      download: 1,
      "PUT record": 1,
      "PUT marker": 1,
      "PUT image": 1,
      "GET other state": 1,
      "LIST marker": 1,
    },
    shownMs: 3,
  });
});
