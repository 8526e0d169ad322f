import { HtmlRenderer, Parser } from "commonmark";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { marked } from "marked";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { isLink } from "../../lib/tag/link.ts";
import { renderTag } from "../../lib/tag/render-tag.ts";
import { outline } from "../helpers/html.ts";

const SRC = "https://cdn.example.com/images/2f1c.png";

/** Programs into which people paste Markdown are built on these parsers. */
const PARSERS: Readonly<Record<string, (markdown: string) => string>> = {
  "markdown-it": (markdown) => new MarkdownIt().render(markdown),
  marked: (markdown) => marked.parse(markdown, { async: false }),
  micromark: (markdown) => micromark(markdown),
  "micromark as GitHub": (markdown) =>
    micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }),
  commonmark: (markdown) => new HtmlRenderer().render(new Parser().parse(markdown)),
};

function write(alt: string, link?: string, url = SRC): string {
  return renderTag(
    "markdown",
    { url, alt, link, width: 1, height: 1, filename: "", key: "", variants: [] },
    { wrapperClass: "", template: "" },
  );
}

describe("renderTag() of markdown", () => {
  it.each([
    "Buy now! Profit & loss",
    "C# & D, 50% off!",
    "Q&A, what is 3 < 5 > 1?",
    "Pricing | Acme: ~5 kg, *",
    "snake_case_name, 3 * 4 * 5",
    String.raw`C:\Users and I <3 it`,
    "“Two children” plant a tree (in a park).",
    "사진: 공원에서 나무를 심는 두 아이!",
    "Prix\u00A0: 5\u00A0€",
  ])("does not change %j", (alt) => {
    expect(write(alt)).toBe(`![${alt}](${SRC})`);
  });

  it.each([
    ["[draft]", "&#91;draft&#93;"],
    ["*very* _new_ ~~old~~", String.raw`\*very\* \_new\_ \~\~old\~\~`],
    ["`code", "\\`code"],
    ["&copy; &#169; R&D;", "&amp;copy; &amp;#169; R&amp;D;"],
    ["<b> </b> <!-- <1@b.c>", String.raw`\<b> \</b> \<!-- \<1@b.c>`],
    [String.raw`\* \\`, "&#92;* &#92;&#92;"],
    ["two\r\nlines", "two lines"],
  ])("escapes %j, which would be markup", (alt, expected) => {
    expect(write(alt)).toBe(`![${expected}](${SRC})`);
  });

  it.each([
    ["https://example.com", "https://example.com"],
    ["https://example.com/?a=1&b=2&copy=3#top", "https://example.com/?a=1&b=2&copy=3#top"],
    ["https://example.com/?a=&copy;&amp;b", "https://example.com/?a=&amp;copy;&amp;amp;b"],
    ["https://example.com/Moon_(disambiguation)", "https://example.com/Moon_(disambiguation)"],
    ["https://example.com/a)(b", String.raw`https://example.com/a\)\(b`],
    ["https://example.com/100%/%41", "https://example.com/100%25/%41"],
    ["https://예시.한국/경로", "https://xn--vv4b11d.xn--3e0b707e/%EA%B2%BD%EB%A1%9C"],
    ["https://example.com/?a[]=1", "https://example.com/?a%5B%5D=1"],
    ["mailto:us@example.com?subject=A%20question", "mailto:us@example.com?subject=A%20question"],
  ])("links to %s", (link, expected) => {
    expect(write("", link)).toBe(`[![](${SRC})](${expected})`);
  });

  describe.each(Object.entries(PARSERS))("read by %s", (_, parse) => {
    it.each(["Buy now! Profit & loss", "a](javascript:x) [b]", "&copy; `*<b>*` \\"])(
      "shows %j completely",
      (alt) => {
        expect(contentOf(parse(write(alt, "https://example.com/?a=&copy;")))).toEqual({
          elements: [
            ["p", {}],
            ["a", { href: "https://example.com/?a=&copy;" }],
            ["img", { src: SRC, alt }],
          ],
          text: "",
        });
      },
    );

    it("is one image with that text and address in that link, whatever they hold", () => {
      fc.assert(
        fc.property(ALT, fc.option(LINK, { nil: undefined }), SOURCE, (alt, link, src) => {
          const { elements, text } = contentOf(parse(write(alt, link, src)));
          const sent = elements.map(([name, { alt: read, ...addresses }]) => [
            name,
            read,
            Object.entries(addresses).map(([attribute, address]) => [attribute, toSent(address)]),
          ]);
          expect(sent).toEqual([
            ["p", undefined, []],
            ...(link === undefined ? [] : [["a", undefined, [["href", toSent(link)]]]]),
            ["img", toRead(alt), [["src", toSent(src)]]],
          ]);
          expect(text).toBe("");
        }),
        { numRuns: 150 },
      );
    });
  });

  it("is the same address to all parsers", () => {
    fc.assert(
      fc.property(LINK, (link) => {
        const markdown = write("", link);
        const read = Object.values(PARSERS).map((parse) => contentOf(parse(markdown)).elements);
        expect(read).toEqual(read.map(() => read[0]));
      }),
      { numRuns: 150 },
    );
  });
});

const MARKUP = fc.constantFrom(
  ...`[ ] ( ) * _ ~ \` ! & < > \\ | # $ : ; " ' - + = { } ^ % / ** __ ~~ \`\` &amp; &#35; &copy; <b> </b> <!-- <https://x.org> ![ ]( ](u) [x] [^1] a é 字 1 www.x.org a@b.cc https://x.org`.split(
    " ",
  ),
  " ",
  "\n",
);
const HOSTILE = fc.array(MARKUP, { maxLength: 12 }).map((parts) => parts.join(""));
const ALT = fc.oneof(HOSTILE, fc.string({ unit: "binary" }), fc.string());
const SOURCE = fc
  .tuple(fc.webUrl(), HOSTILE)
  .map(([origin, path]) => `${origin}/${path.replaceAll(/\s/gu, "")}`);
const LINK = fc
  .oneof(
    SOURCE,
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(
        fc.constantFrom("https://example.com/", "mailto:a@example.com?b="),
        fc.string({ unit: "binary" }),
      )
      .map((parts) => parts.join("")),
  )
  .filter(isLink);

function contentOf(html: string) {
  const fragment = parseFragment(html);
  return { elements: outline(fragment), text: textOf(fragment).trim() };
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if ("childNodes" in node) {
    return node.childNodes.map(textOf).join("");
  }
  return "value" in node ? node.value : "";
}

/** Returns the address that a browser requests, with every character percent-encoded that any parser would encode. */
function toSent(address: string): string {
  return encodeURI(new URL(address).href).replaceAll(/%25(?=[\da-f]{2})/giu, "%");
}

/** Line breaks become spaces. Every parser of Markdown and HTML turns NUL into U+FFFD. */
function toRead(text: string): string {
  return text.replaceAll(/[\r\n]+/gu, " ").replaceAll("\0", "\uFFFD");
}
