import fc from "fast-check";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { arePlacesSafe } from "../../lib/tag/are-places-safe.ts";
import { renderTag, type TagImage } from "../../lib/tag/render-tag.ts";
import { outline } from "../helpers/html.ts";

describe("arePlacesSafe()", () => {
  it.each([
    "{url}",
    "[{filename}|{width}x{height}|{key}]",
    "![{alt}]({url})",
    '<img src="{url}" alt="{alt}" width="{width}">',
    '<figure><a href="{link}"><img src="{url}"alt="{alt}"/></a><figcaption>{alt} &amp; more</figcaption></figure>',
    "<IMG SRC = \"{url}\"\nALT='' loading=lazy hidden>",
    '<div class=\'plain\' style="aspect-ratio: {width} / {height}"><img src="{url}"></div>',
    '<!-- image --><img src="{url}"><!---->{alt}',
    '<noscript><img src="{url}" alt="{alt}"></noscript>',
    '<img src="{url}"><script async src="https://example.com/embed.js"></script>{alt}',
    '<style>figure > img { width: 100% }</style><img src="{url}">',
    '{{< figure src="{url}" >}}',
    "3 < 5 {url} a<-b",
    `<img title="it's > this" src="{url}">`,
  ])("accepts %s", (template) => {
    expect(arePlacesSafe(template)).toBe(true);
  });

  it.each([
    "<img src={url}>",
    "<img src= {url} alt=x>",
    "<img src='{url}'>",
    '<img src="{url}" alt={alt}>',
    "<img src=\"{url}\" alt='{alt}'>",
    '<img src="{url}" data-a=b="{alt}">',
    '<img src="{url}" {alt}>',
    '<img src="{url}" {alt}="x">',
    '<img src="{url}"{alt}>',
    '<img src="{url}" title=a{alt}>',
    '<img src="{url}" a"b="{alt}">'.replace('b="', "b='"),
    "<{alt} {url}>",
    "<img{alt} src=x> {url}",
    "</{alt}>{url}",
    "{url}<{alt}",
    '<!-- {alt} --><img src="{url}">',
    "<!--><img src='{url}'>-->",
    '<!-- --!><img title="--><img src="{url}">',
    "<!{alt}>{url}",
    "<?php echo '{url}' ?>",
    "<script>show('{url}')</script>",
    "<SCRIPT type=module>show('{url}')</SCRIPT>",
    "<style>a { background: url({url}) }</style>",
    "<script>{url}",
    '<img src="{url}" onload="show(\'{alt}\')">',
    '<iframe srcdoc="{alt}"></iframe>{url}',
    '<img src="{url}" style="--text: \'{alt}\'">',
    '<img src="{url}',
    '<img src="{url}"',
    "<!-- {url}",
  ])("refuses %s", (template) => {
    expect(arePlacesSafe(template)).toBe(false);
  });

  it("accepts no template in which a value becomes an element, an attribute or a comment", () => {
    const part = fc.constantFrom(
      ..."<|</|>|/|=|\"|'|<!--|-->|--!>|-|!|img|a|b|script|</script>|style| |\n|{url}|{alt}|{alt}".split(
        "|",
      ),
    );
    const template = fc.array(part, { maxLength: 14 }).map((parts) => `${parts.join("")}{url}`);
    fc.assert(
      fc.property(template, (text) => {
        fc.pre(arePlacesSafe(text));
        expect(shapeOf(text, HOSTILE)).toEqual(shapeOf(text, HARMLESS));
      }),
      { numRuns: 5000 },
    );
  });
});

const HARMLESS = { url: "u", alt: "v" };
const HOSTILE = {
  url: `https://example.com/' x="y`,
  alt: `b onclick=alert(1) '"><i>--><script a=b>`,
};

/** Returns the elements of a page, with the names of their attributes. */
function shapeOf(template: string, values: Pick<TagImage, "alt" | "url">): [string, string[]][] {
  const image = { ...values, width: 1, height: 1, filename: "", key: "", variants: [] };
  const html = renderTag("custom", image, { wrapperClass: "", template });
  return outline(parseFragment(html)).map(([name, attributes]) => [name, Object.keys(attributes)]);
}
