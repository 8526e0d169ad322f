import { describe, expect, it } from "vitest";
import { formatBytes } from "../../lib/i18n/size.ts";

describe("formatBytes()", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [1024, "1 kB"],
    [84_210, "82 kB"],
    [999 * 1024, "999 kB"],
    [1000 * 1024, "1 MB"],
    [1024 ** 2 - 1, "1 MB"],
    [1_849_999, "1.8 MB"],
    [9.96 * 1024 ** 2, "10 MB"],
    [52_428_800, "50 MB"],
    [1024 ** 3 - 1, "1 GB"],
    [5 * 1024 ** 4, "5120 GB"],
  ])("writes %i as %s", (sizeBytes, expected) => {
    expect(formatBytes(sizeBytes)).toBe(expected);
  });
});
