import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { renderCurves } from "../../bench/curves.ts";
import { readTried, renderDocument } from "../../bench/document.ts";
import { Results } from "../../bench/results.ts";
import { renderRival, renderTables, renderTargets } from "../../bench/tables.ts";

const work = { cpuMs: 20, peakBytes: 100_000_000 };

/** Ours is twice as slow as everybody else, and 100 ms later. */
const RESULTS: Results = {
  machine: { cpu: "Some CPU", cores: 2, node: "20.19.0", date: "2026-01-02" },
  ack: [
    { case: "text", contender: "ours", perSecond: 5000, p50Ms: 0.2, p99Ms: 0.4 },
    { case: "text", contender: "bare", perSecond: 10_000, p50Ms: 0.1, p99Ms: 0.4 },
  ],
  cold: {
    starts: [
      { case: "text", contender: "ours", processMs: 40, ackMs: 110, modules: 70, bytes: 300_000 },
      { case: "text", contender: "bare", processMs: 40, ackMs: 10, modules: 1, bytes: 3000 },
    ],
    packed: [{ function: "api/health", files: 9, bytes: 3_500_000 }],
  },
  upload: [
    {
      images: 1,
      sizeBytes: 200_000,
      ours: { ...work, ms: 300, calls: { download: 1, "PUT record": 2 } },
      byHand: { ...work, ms: 150, cpuMs: 10, calls: { download: 1 } },
    },
  ],
  growth: {
    inFlight: [
      { messages: 1, oursMs: 300, byHandMs: 150, late: 0 },
      { messages: 200, oursMs: 3000, byHandMs: 1500, late: 3 },
    ],
    records: [
      { records: 0, sweepMs: 400, sweepCalls: 12, editMs: 90, editCalls: 5 },
      { records: 100_000, sweepMs: 450, sweepCalls: 12, editMs: 91, editCalls: 5 },
    ],
  },
  codecs: [{ codec: "WebP", oursMs: 210, directMs: 200 }],
};

describe("renderTables()", () => {
  it("sets acks beside the bare handler of the same request", () => {
    expect(renderTables("ack", RESULTS)).toBe(
      [
        "### Acks of a warm process",
        "",
        "| request |              | acks a second | p50, ms | p99, ms | p50 against bare | p99    |",
        "| ------- | ------------ | ------------- | ------- | ------- | ---------------- | ------ |",
        "| text    | this app     | 5,000         | 0.2     | 0.4     | 2.00 ×           | 1.00 × |",
        "| text    | bare handler | 10,000        | 0.1     | 0.4     | 1.00 ×           | 1.00 × |",
      ].join("\n"),
    );
  });

  it("counts calls of kinds that only one of both makes", () => {
    expect(renderTables("upload", RESULTS)).toMatch(/^\| PUT record +\| 2 +\| 0 +\|$/mu);
  });

  it("is empty for a part that was not measured", () => {
    expect(renderTables("codecs", {})).toBe("");
  });
});

describe("renderTargets()", () => {
  it.each([
    ["text, p50 against bare", "1.10 ×", "2.00 ×", "**not met**"],
    ["text, p99 against bare", "1.25 ×", "1.00 ×", "met"],
    ["cold text, above bare", "40 ms", "100 ms", "**not met**"],
    ["CPU of a message with one image of 200 kB, against by hand", "2.00 ×", "2.00 ×", "met"],
    ["WebP, against the library", "1.10 ×", "1.05 ×", "met"],
    ["api/health, packed", "4 MB", "3.5 MB", "met"],
  ])("judges: %s", (...row) => {
    const rows = renderTargets(RESULTS)
      .split("\n")
      .map((line) =>
        line
          .slice(2, -2)
          .split(" | ")
          .map((cell) => cell.trim()),
      );
    expect(rows).toContainEqual(row);
  });

  it("never calls a target met that was not measured", () => {
    expect(renderTargets(RESULTS)).toMatch(/^\| HEIC, against the library .+\*\*not met\*\* \|$/mu);
  });
});

describe("renderRival()", () => {
  it("says where Bolt was faster", () => {
    const bolt = { case: "text", contender: "bolt", perSecond: 1, p50Ms: 0.1, p99Ms: 1 } as const;
    expect(renderRival({ ...RESULTS, ack: [...RESULTS.ack, bolt] })).toContain(
      "- text, p50 of a warm process: this app takes 2.00 × as long.",
    );
  });

  it("says that Bolt was faster nowhere", () => {
    expect(renderRival(RESULTS)).toBe("Bolt was faster than this app in no case of this run.");
  });
});

it("renderDocument() keeps the text that was written by hand", () => {
  const document = renderDocument(RESULTS, "Nothing *helped*.");
  expect(readTried(document)).toBe("Nothing *helped*.");
  expect(renderDocument(RESULTS, readTried(document))).toBe(document);
});

it.each(["in-flight.svg", "images.svg", "records.svg"])("renderCurves() labels %s", (name) => {
  const svg = renderCurves(RESULTS).get(name) ?? "";
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/u);
  expect(svg).toContain("Milliseconds");
  expect(svg).toMatch(/prefers-color-scheme: dark/u);
});

describe("docs/performance.md", () => {
  it("says what bench/results.json says, and so do its curves", async () => {
    const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), "utf8");
    const results = v.parse(Results, JSON.parse(await read("bench/results.json")));
    const document = await read("docs/performance.md");
    expect(document).toBe(renderDocument(results, readTried(document)));
    for (const [name, svg] of renderCurves(results)) {
      expect(await read(`docs/performance/${name}`)).toBe(svg);
    }
  });
});
