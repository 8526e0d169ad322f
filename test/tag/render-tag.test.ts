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
  variants: [],
};
const VARIANTS = [
  { url: "https://cdn.example.com/images/2f1c-640.webp", width: 640 },
  { url: "https://cdn.example.com/images/2f1c-1280.webp", width: 1280 },
];
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
    [
      "picture",
      '<img src="https://cdn.example.com/images/2f1c.png" alt="" width="1200" height="630">',
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

  it("offers the variants by width in a picture, inside its link", () => {
    const image = { ...IMAGE, alt: "A sunrise", variants: VARIANTS };
    const picture =
      '<picture><source type="image/webp" srcset="https://cdn.example.com/images/2f1c-640.webp 640w, https://cdn.example.com/images/2f1c-1280.webp 1280w" sizes="(max-width: 1200px) 100vw, 1200px"><img src="https://cdn.example.com/images/2f1c.png" alt="A sunrise" width="1200" height="630"></picture>';
    expect(renderTag("picture", image, STYLE)).toBe(picture);
    expect(renderTag("picture", { ...image, variants: VARIANTS.toReversed() }, STYLE)).toBe(
      picture,
    );
    expect(renderTag("picture", { ...image, link: "https://example.com/?a=1&b=2" }, STYLE)).toBe(
      `<a href="https://example.com/?a=1&amp;b=2">${picture}</a>`,
    );
  });

  it("writes a picture without variants as html, with its link", () => {
    const linked = { ...IMAGE, link: "https://example.com/" };
    expect(renderTag("picture", linked, STYLE)).toBe(renderTag("html", linked, STYLE));
  });

  it("shows the variants in no other format", () => {
    for (const format of TAG_FORMATS.filter((other) => other !== "picture")) {
      expect(renderTag(format, { ...IMAGE, variants: VARIANTS }, STYLE)).toBe(
        renderTag(format, IMAGE, STYLE),
      );
    }
  });

  it("yields a picture that a browser reads back exactly, whatever texts and addresses hold", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('"><script>', "' onerror='x", "</picture>", "&quot;", "&copy", "]]>", "-->"),
    );
    const url = fc
      .tuple(
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom("", ",", "/a,b", "/a b", "&copy;'", '"x'),
      )
      .map((parts) => parts.join(""));
    const variant = fc.record({ url, width: fc.integer({ min: 1, max: 10_000 }) });
    fc.assert(
      fc.property(
        text,
        text,
        url,
        fc.array(variant, { minLength: 1 }),
        (alt, link, src, variants) => {
          const html = renderTag("picture", { ...IMAGE, url: src, alt, link, variants }, STYLE);
          const [a, picture, source, img, ...others] = outline(parseFragment(html));
          expect([a, picture, img, others]).toEqual([
            ["a", { href: normalize(link) }],
            ["picture", {}],
            ["img", { src, alt: normalize(alt), width: "1200", height: "630" }],
            [],
          ]);
          const { srcset = "", ...attributes } = source?.[1] ?? {};
          expect([source?.[0], attributes]).toEqual([
            "source",
            { type: "image/webp", sizes: "(max-width: 1200px) 100vw, 1200px" },
          ]);
          expect(parseSrcset(srcset)).toEqual(
            variants
              .toSorted((one, other) => one.width - other.width)
              .map((one) => [
                one.url.replaceAll(",", "%2C").replaceAll(" ", "%20"),
                `${one.width}w`,
              ]),
          );
        },
      ),
    );
  });

  it("keeps Markdown on one line and inside its brackets", () => {
    const hostile = { ...IMAGE, alt: "a](javascript:x)\n\n# b", link: "https://example.com/a) (b" };
    expect(renderTag("markdown", hostile, STYLE)).toBe(
      String.raw`[![a&#93;(javascript:x) # b](https://cdn.example.com/images/2f1c.png)](https://example.com/a\)%20\(b)`,
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

  it("refuses a placeholder in an attribute without double quotes", () => {
    expect(parseTemplate('<img src={url} alt="{alt}">')).toBeUndefined();
    expect(parseTemplate("<img src='{url}'>")).toBeUndefined();
    expect(parseTemplate('<img src="{url}" alt="{alt}">')).toBeDefined();
  });
});

describe("TAG_FORMATS", () => {
  it("are those of the contract", () => {
    expect(TAG_FORMATS).toEqual(["html", "wrapped", "markdown", "url", "custom", "picture"]);
  });
});

/** Parses as HTML does: an address ends at the next white space, and commas at its end are not part of it. */
function parseSrcset(srcset: string): string[][] {
  return srcset.split(/,\s+/u).map((candidate) => candidate.split(/\s+/u));
}

/** An HTML parser turns CRLF into LF and NUL into U+FFFD. */
function normalize(text: string): string {
  return text.replaceAll(/\r\n?/gu, "\n").replaceAll("\0", "\uFFFD");
}
