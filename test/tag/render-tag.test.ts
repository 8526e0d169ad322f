import fc from "fast-check";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { parseTemplate, renderTag, TAG_FORMATS, type TagImage } from "../../lib/tag/render-tag.ts";
import { outline } from "../helpers/html.ts";

const IMAGE: TagImage = {
  url: "https://cdn.example.com/images/2f1c.png",
  alt: "",
  width: 1200,
  height: 630,
  filename: "sunrise.png",
  key: "images/2f1c.png",
};
const STYLE = {
  wrapperClass: "figure wide",
  template: '<picture data-name="{filename}">{alt}<img src="{url}"></picture>',
};

describe("renderTag()", () => {
  it.each([
    [
      "html",
      '<img src="https://cdn.example.com/images/2f1c.png" alt="" width="1200" height="630">',
    ],
    [
      "wrapped",
      '<div class="figure wide"><img src="https://cdn.example.com/images/2f1c.png" alt="" width="1200" height="630"></div>',
    ],
    ["markdown", "![](https://cdn.example.com/images/2f1c.png)"],
    ["url", "https://cdn.example.com/images/2f1c.png"],
    [
      "custom",
      '<picture data-name="sunrise.png"><img src="https://cdn.example.com/images/2f1c.png"></picture>',
    ],
  ] as const)("writes %s", (format, expected) => {
    expect(renderTag(format, IMAGE, STYLE)).toBe(expected);
  });

  it("puts a link around html and markdown", () => {
    const linked = { ...IMAGE, alt: "A sunrise", link: "https://example.com/?a=1&b=2" };
    expect(renderTag("html", linked, STYLE)).toBe(
      '<a href="https://example.com/?a=1&amp;b=2"><img src="https://cdn.example.com/images/2f1c.png" alt="A sunrise" width="1200" height="630"></a>',
    );
    expect(renderTag("markdown", linked, STYLE)).toBe(
      "[![A sunrise](https://cdn.example.com/images/2f1c.png)](https://example.com/?a=1&b=2)",
    );
  });

  it("keeps Markdown on one line and inside its brackets", () => {
    const hostile = { ...IMAGE, alt: "a](javascript:x)\n\n# b", link: "https://example.com/a) (b" };
    expect(renderTag("markdown", hostile, STYLE)).toBe(
      String.raw`[![a\](javascript:x) # b](https://cdn.example.com/images/2f1c.png)](https://example.com/a%29%20%28b)`,
    );
  });

  it("yields exactly one img with exactly the given attributes, whatever the texts hold", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('"><script>', "' onerror='x", "</div>", "&quot;"),
    );
    fc.assert(
      fc.property(text, text, text, (alt, link, wrapperClass) => {
        const html = renderTag("wrapped", { ...IMAGE, alt, link }, { ...STYLE, wrapperClass });
        expect(outline(parseFragment(html))).toEqual([
          ["div", { class: normalize(wrapperClass) }],
          ["a", { href: normalize(link) }],
          ["img", { src: IMAGE.url, alt: normalize(alt), width: "1200", height: "630" }],
        ]);
      }),
    );
  });

  it("lets no value of a template become markup", () => {
    const filename = '"><img src=x onerror=alert(1)>{url}';
    const html = renderTag("custom", { ...IMAGE, filename, alt: "<b>" }, STYLE);
    expect(outline(parseFragment(html))).toEqual([
      ["picture", { "data-name": filename }],
      ["img", { src: IMAGE.url }],
    ]);
  });
});

describe("parseTemplate()", () => {
  it("refuses an unknown placeholder and a template without the image", () => {
    expect(parseTemplate('<img src="{url}" title="{titel}">')).toBeUndefined();
    expect(parseTemplate("<p>{alt}</p>")).toBeUndefined();
    expect(parseTemplate("{key}")).toBeDefined();
  });
});

describe("TAG_FORMATS", () => {
  it("are those of the contract", () => {
    expect(TAG_FORMATS).toEqual(["html", "wrapped", "markdown", "url", "custom"]);
  });
});

/** An HTML parser itself turns CRLF into LF and NUL into U+FFFD. */
function normalize(text: string): string {
  return text.replaceAll(/\r\n?/gu, "\n").replaceAll("\0", "\uFFFD");
}
