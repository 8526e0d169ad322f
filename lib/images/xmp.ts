/** A text in an XMP packet, from an attribute or an element. */
export interface XmpValue {
  /** The name with its namespace's usual prefix, whatever prefix the packet uses: `dc:creator`. */
  name: string;
  /**
   * The image's property that the text belongs to. It differs from the name only for fields of a
   * structure.
   */
  property: string;
  text: string;
  /** The language of one alternative among several: `x-default`, `en-GB`. */
  language: string | undefined;
}

interface Element {
  name: string;
  language: string | undefined;
  isLeaf: boolean;
  text: string;
}

interface Attribute {
  name: string;
  text: string;
}

type Token =
  | { kind: "text"; text: string }
  | { kind: "open"; name: string; attributes: Attribute[]; isEmpty: boolean }
  | { kind: "close" };

export const XMP_NAMESPACES = {
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  dc: "http://purl.org/dc/elements/1.1/",
  photoshop: "http://ns.adobe.com/photoshop/1.0/",
  xmpRights: "http://ns.adobe.com/xap/1.0/rights/",
  plus: "http://ns.useplus.org/ldf/xmp/1.0/",
  hdrgm: "http://ns.adobe.com/hdr-gain-map/1.0/",
  HDRGainMap: "http://ns.apple.com/HDRGainMap/1.0/",
} as const;

const USUAL_PREFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries(XMP_NAMESPACES).map(([prefix, namespace]) => [namespace, prefix]),
);

/** Real packets hold a few kilobytes, and the properties of interest come early. */
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_CODE_POINT = 0x10_ff_ff;

const CODES = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }));

/**
 * The texts of all properties of the image itself, but not of other images that the packet
 * describes. A broken packet is read up to the break, and its own entities are not expanded. Takes
 * linear time.
 */
export function* xmpValuesOf(packet: Uint8Array): Generator<XmpValue> {
  const prefixes = new Map<string, string>();
  const stack: Element[] = [];
  for (const token of tokensOf(decodePacket(packet))) {
    const parent = stack.at(-1);
    if (token.kind === "text") {
      if (parent) {
        parent.text += token.text;
      }
    } else if (token.kind === "close") {
      const closed = stack.pop();
      if (closed?.isLeaf) {
        yield* valueIn([...stack, closed], closed);
      }
    } else {
      if (stack.length === MAX_DEPTH) {
        return;
      }
      if (parent) {
        parent.isLeaf = false;
      }
      const { attributes } = token;
      for (const { name, text } of attributes) {
        if (/^xmlns(?::|$)/.test(name)) {
          prefixes.set(name.slice(6), USUAL_PREFIXES.get(text) ?? "?");
        }
      }
      const language = attributes.find(({ name }) => name === "xml:lang")?.text;
      const element = { name: usualName(token.name, prefixes), language, isLeaf: true, text: "" };
      const path = [...stack, element];
      for (const { name, text } of attributes) {
        const usual = usualName(name, prefixes);
        if (usual === "rdf:resource") {
          yield* valueIn(path, { ...element, text });
        } else if (!/^(?:rdf|xml|xmlns):/.test(usual)) {
          yield* valueIn([...path, { ...element, name: usual }], { ...element, text });
        }
      }
      if (!token.isEmpty) {
        stack.push(element);
      }
    }
  }
}

/**
 * The path leads through rdf:RDF and rdf:Description to the property, then through its lists and
 * structures.
 */
function* valueIn(path: readonly Element[], { text, language }: Element): Generator<XmpValue> {
  const names = path.map(({ name }) => name);
  const [description, property, ...inner] = names.slice(names.indexOf("rdf:RDF") + 1);
  const name = [property, ...inner].findLast((one) => one?.startsWith("rdf:") === false);
  const isTold = names.includes("rdf:RDF") && description === "rdf:Description";
  if (isTold && property !== undefined && name !== undefined && text.trim() !== "") {
    yield { name, property, text, language };
  }
}

function usualName(name: string, prefixes: ReadonlyMap<string, string>): string {
  const [local = "", prefix = ""] = name.split(":", 2).toReversed();
  return `${prefixes.get(prefix) ?? prefix}:${local}`;
}

/** XMP, part 1, section 7: usually UTF-8. A packet begins with "<" or with a byte order mark. */
function decodePacket(packet: Uint8Array): string {
  const [first, second] = packet;
  const encoding =
    first === 0xfe || first === 0
      ? "utf-16be"
      : first === 0xff || second === 0
        ? "utf-16le"
        : "utf-8";
  return new TextDecoder(encoding).decode(packet.subarray(0, MAX_BYTES));
}

/** Stops at the first token that does not end, so that no search runs twice. */
function* tokensOf(xml: string): Generator<Token> {
  for (let at = xml.indexOf("<"); at !== -1;) {
    const [start = "", end = ">"] = SECTIONS.find(([opening]) => xml.startsWith(opening, at)) ?? [];
    let next = at;
    if (start !== "") {
      const endAt = xml.indexOf(end, at + start.length);
      if (endAt === -1) {
        return;
      }
      if (start === CDATA) {
        yield { kind: "text", text: xml.slice(at + start.length, endAt) };
      }
      next = endAt + end.length;
    } else {
      const tag = tagAt(xml, at);
      if (tag === undefined) {
        return;
      }
      yield tag.token;
      next = tag.end;
    }
    at = xml.indexOf("<", next);
    const text = xml.slice(next, at === -1 ? xml.length : at);
    if (text !== "") {
      yield { kind: "text", text: decodeReferences(text) };
    }
  }
}

const CDATA = "<![CDATA[";
const SECTIONS = [
  ["<!--", "-->"],
  [CDATA, "]]>"],
  ["<?", "?>"],
  ["<!", ">"],
] as const;

function tagAt(xml: string, at: number): { token: Token; end: number } | undefined {
  const opening = /<(\/?)([^\s=/>"'<]+)/y;
  opening.lastIndex = at;
  const [, slash, name = ""] = opening.exec(xml) ?? [];
  if (slash === undefined) {
    return undefined;
  }
  const attribute = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  const attributes: Attribute[] = [];
  let end = opening.lastIndex;
  attribute.lastIndex = end;
  for (let found = attribute.exec(xml); found !== null; found = attribute.exec(xml)) {
    const [, attributeName = "", quoted, singleQuoted = ""] = found;
    attributes.push({ name: attributeName, text: decodeReferences(quoted ?? singleQuoted) });
    end = attribute.lastIndex;
  }
  const closing = /\s*(\/?)>/y;
  closing.lastIndex = end;
  const isEmpty = closing.exec(xml)?.[1] === "/";
  if (closing.lastIndex === 0) {
    return undefined;
  }
  const token: Token =
    slash === "/" ? { kind: "close" } : { kind: "open", name, attributes, isEmpty };
  return { token, end: closing.lastIndex };
}

function decodeReferences(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi,
    (reference, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) {
        return CODES.get(name) ?? reference;
      }
      const code = decimal === undefined ? Number(`0x${hex ?? ""}`) : Number(decimal);
      const isCharacter = code <= MAX_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff);
      return isCharacter ? String.fromCodePoint(code) : reference;
    },
  );
}
