import { describe, expect, it } from "vitest";
import { formatBytes } from "../../lib/i18n/size.ts";

describe("formatBytes()", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [84_210, "84 kB"],
    [1_849_999, "1.8 MB"],
    [52_428_800, "52 MB"],
    [5e12, "5000 GB"],
  ])("writes %i as %s", (sizeBytes, expected) => {
    expect(formatBytes(sizeBytes)).toBe(expected);
  });
});
