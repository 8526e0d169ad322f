import fc from "fast-check";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { cleanLink, isLink, MAX_LINK_LENGTH } from "../../lib/tag/link.ts";
import { renderTag } from "../../lib/tag/render-tag.ts";
import { outline } from "../helpers/html.ts";

const PAGE = "https://example.com/";

describe("cleanLink()", () => {
  it.each([
    ["\uFEFFhttps://example.com/\u200B", PAGE],
    ["\u200Ehttps://exa\u00ADmple.com/\u2060 ", PAGE],
    ["https://exam\u200Dple.com/\uFE0F", PAGE],
    ["\u202Ahttps://example.com/\u202C", PAGE],
    [" \u200B", ""],
    ["https://example.com/👩\u200D🚀", "https://example.com/👩\u200D🚀"],
    ["https://example.com/❤\uFE0F", "https://example.com/❤\uFE0F"],
    ["https://fa.example.com/می\u200Cخواهم", "https://fa.example.com/می\u200Cخواهم"],
    ["https://예시.한국/경로", "https://예시.한국/경로"],
  ])("reads %j as %j", (text, link) => {
    expect(cleanLink(text)).toBe(link);
  });
});

describe("isLink()", () => {
  it.each([
    "https://example.com",
    "http://example.com/a?b=1&c=2#d",
    "HTTPS://EXAMPLE.COM/",
    "https://예시.한국/경로",
    "http://127.0.0.1:3000/",
    "https://[::1]/",
    "mailto:us@example.com",
    "mailto:us@example.com?subject=A%20question",
    PAGE.padEnd(MAX_LINK_LENGTH, "a"),
  ])("accepts %s", (link) => {
    expect(isLink(link)).toBe(true);
  });

  it.each([
    "",
    "example.com",
    "www.example.com",
    "/page",
    "//example.com",
    "#top",
    "https:",
    "https://",
    "https:///example.com",
    "https:example.com",
    String.raw`https:\\example.com`,
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.com/",
    "blob:https://example.com/1",
    "mailto:",
    "mailto:nobody",
    "https://exa mple.com/",
    "https://example.com/a b",
    "https://example.com/\n",
    "https://example.com/\0",
    " https://example.com/",
    "https://example.com:99999/",
    PAGE.padEnd(MAX_LINK_LENGTH + 1, "a"),
  ])("refuses %j", (link) => {
    expect(isLink(link)).toBe(false);
  });

  it("accepts nothing that a browser would run, or read as another address", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc
        .tuple(
          fc.constantFrom("http://", "https://", "mailto:a@", "javascript:", "//", "https:\\", ""),
          fc.string({ unit: "binary" }),
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (link) => {
        fc.pre(isLink(link));
        expect(new URL(link).protocol).toMatch(/^(?:https?|mailto):$/u);
        const html = renderTag(
          "html",
          { url: PAGE, alt: "", link, width: 1, height: 1, filename: "", key: "", variants: [] },
          { wrapperClass: "", template: "" },
        );
        expect(outline(parseFragment(html))).toEqual([
          ["a", { href: link }],
          ["img", { src: PAGE, alt: "", width: "1", height: "1" }],
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
