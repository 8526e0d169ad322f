/** XML elements in order. An array repeats its element; `undefined` leaves it out. */
export interface XmlElements {
  [name: string]: XmlContent | XmlContent[] | undefined;
}

type XmlContent = string | number | boolean | XmlElements;

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

export function renderXml(root: string, elements: XmlElements): string {
  const namespace = root === "Error" ? "" : ` xmlns="${NAMESPACE}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace}>${renderElements(elements)}</${root}>`;
}

/** The unescaped text of each `<name>`, in document order. DeleteObjects needs no more. */
export function readXmlTexts(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g")), ([, text = ""]) =>
    unescapeXml(text),
  );
}

function renderElements(elements: XmlElements): string {
  return Object.entries(elements)
    .flatMap(([name, content]) =>
      Array.isArray(content)
        ? content.map((item) => renderElement(name, item))
        : renderElement(name, content),
    )
    .join("");
}

function renderElement(name: string, content: XmlContent | undefined): string {
  if (content === undefined) {
    return "";
  }
  return `<${name}>${typeof content === "object" ? renderElements(content) : escapeXml(String(content))}</${name}>`;
}

const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

/**
 * XML parsers turn a bare carriage return into a line feed, and XML 1.0 cannot contain most control characters.
 * S3 writes references for both.
 */
// oxlint-disable-next-line eslint/no-control-regex
const SPECIAL = /[&<>"\u0000-\u001f\ufffe\uffff]/g;

function escapeXml(text: string): string {
  return text.replace(
    SPECIAL,
    (character) => ENTITIES.get(character) ?? `&#${character.charCodeAt(0)};`,
  );
}

const NAMED = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (typeof hex === "string") {
      return String.fromCodePoint(Number.parseInt(hex, 16));
    }
    if (typeof decimal === "string") {
      return String.fromCodePoint(Number(decimal));
    }
    return NAMED.get(String(name)) ?? whole;
  });
}
