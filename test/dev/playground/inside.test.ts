import { describe, expect, it } from "vitest";
import type { Exchange } from "../../../dev/playground/api.ts";
import { groupExchanges } from "../../../dev/playground/page/inside/group-exchanges.ts";
import { jsonLines } from "../../../dev/playground/page/inside/json-lines.ts";
import { formatBytes } from "../../../dev/playground/page/format-bytes.ts";
import {
  formatDuration,
  nameRemoved,
  spokenAs,
} from "../../../dev/playground/page/inside/words.ts";

describe("jsonLines()", () => {
  const record = { version: 2, images: [{ alt: "Dawn", link: "" }, { alt: "Dusk" }], reply: {} };

  it("writes what JSON.stringify() writes", () => {
    const text = jsonLines(record, [])
      .map((line) => line.text)
      .join("\n");
    expect(JSON.parse(text)).toEqual(record);
    expect(text.split("\n")).toEqual(JSON.stringify(record, null, 2).split("\n"));
  });

  it("marks what changed and all that lies below it, and nothing with a longer name", () => {
    const marked = (changed: string[]) =>
      jsonLines({ ...record, imagesOf: 1 }, changed)
        .filter(({ isChanged }) => isChanged)
        .map(({ text }) => text.trim());
    expect(marked(["images[0].alt"])).toEqual(['"alt": "Dawn",']);
    expect(marked(["images[1]"])).toEqual(['"alt": "Dusk"']);
    expect(marked(["images"])).toEqual(['"alt": "Dawn",', '"link": ""', '"alt": "Dusk"']);
  });
});

describe("groupExchanges()", () => {
  const exchange = (id: number, startedAtMs: number, durationMs?: number): Exchange => ({
    id,
    from: "slack",
    to: "functions",
    what: "POST events",
    startedAtMs,
    ...(durationMs !== undefined && { durationMs }),
  });

  it("begins a group after two seconds in which nothing was under way", () => {
    const groups = groupExchanges([
      exchange(1, 0, 3000),
      exchange(2, 4999, 10),
      exchange(3, 7010, 1),
      exchange(4, 7020),
    ]);
    expect(groups.map(({ exchanges }) => exchanges.map(({ id }) => id))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(groups.map(({ startedAtMs, endedAtMs }) => [startedAtMs, endedAtMs])).toEqual([
      [0, 5009],
      [7010, 7020],
    ]);
  });
});

describe("the words of the page", () => {
  it.each([
    [1023, "1023 B"],
    [1024, "1.0 kB"],
    [5 * 1024 * 1024, "5.0 MB"],
  ])("formatBytes(%d) is %s", (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  it.each([
    [12.4, "12 ms"],
    [1200, "1.2 s"],
    [74_000, "74 s"],
    [180_000, "3 min"],
  ])("formatDuration(%d) is %s", (durationMs, words) => {
    expect(formatDuration(durationMs)).toBe(words);
  });

  it("spokenAs() says what a screen reader makes of description and link", () => {
    expect(spokenAs({ alt: "Dawn", link: undefined })).toBe("“image, Dawn”");
    expect(spokenAs({ alt: "Dawn", link: "https://a.example/" })).toBe("“link, image, Dawn”");
    expect(spokenAs({ alt: "", link: "https://a.example/" })).toBe("“link, https://a.example/”");
    expect(spokenAs({ alt: "", link: undefined })).toContain("skipped");
  });

  it("nameRemoved() names kinds in words", () => {
    expect(nameRemoved([])).toBe("nothing was removed");
    expect(nameRemoved(["location", "other"])).toBe("removed: location, other metadata");
  });
});
