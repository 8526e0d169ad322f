import { asciiAt } from "./bytes.ts";
import { ARTIST, COPYRIGHT, XP_AUTHOR, exifTextsOf, readTiffHeader } from "./exif.ts";
import { iptcDatasetsOf } from "./iptc.ts";
import { XMP_NAMESPACES, xmpValuesOf } from "./xmp.ts";

/** The fields are written in this order. */
const FIELDS = [
  "dc:creator",
  "dc:rights",
  "photoshop:Credit",
  "xmpRights:UsageTerms",
  "xmpRights:WebStatement",
  "plus:LicensorURL",
] as const;

export type CreditField = (typeof FIELDS)[number];

/**
 * Who made an image and who owns it, by XMP property name. Only `dc:creator` may have several
 * values.
 */
export type Credit = ReadonlyMap<CreditField, readonly string[]>;

/** A value as found in the file, with its field. */
export type FoundCredit = readonly [CreditField, string];

/**
 * Within these limits, even a packet whose every character takes five bytes (`&amp;`) fits into one
 * JPEG segment.
 */
export const MAX_LENGTH = 2000;
const MAX_CREATORS = 20;

/**
 * Real files have one block of each kind. The limit keeps a file that is all packets from hogging
 * the CPU.
 */
const MAX_BLOCKS = 16;

/** XMP, part 1, section 7.3.2. */
const PACKET_START = '<?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>';
const PACKET_END = '<?xpacket end="r"?>';

const EXIF_FIELDS = new Map<number, CreditField>([
  [ARTIST, "dc:creator"],
  [XP_AUTHOR, "dc:creator"],
  [COPYRIGHT, "dc:rights"],
]);

/** IPTC-IIM, record 2: by-line, credit, copyright notice. */
const IPTC_FIELDS = new Map<number, CreditField>([
  [80, "dc:creator"],
  [110, "photoshop:Credit"],
  [116, "dc:rights"],
]);

/** IPTC-IIM, 1:90, coded character set: the ISO 2022 escape sequence for UTF-8. */
const IPTC_CHARSET = 90;
const UTF_8 = "\x1b%G";

/**
 * Collects the credit from metadata blocks (EXIF, Photoshop resources with IPTC, XMP) and from
 * further texts. Where blocks contradict each other, XMP wins over IPTC and IPTC over EXIF, field
 * by field: only XMP has all the fields and a known character encoding, and editors write it last,
 * while EXIF often holds just the name set in the camera. `undefined`: the blocks credit nobody.
 */
export function creditIn(
  blocks: Iterable<Uint8Array>,
  texts: readonly FoundCredit[] = [],
): Credit | undefined {
  const [xmp, iptc, exif]: FoundCredit[][][] = [[], [], []];
  let left = MAX_BLOCKS;
  for (const block of blocks) {
    left -= 1;
    if (left < 0) {
      break;
    }
    const tiff = asciiAt(block, 0, 6) === "Exif\0\0" ? block.subarray(6) : block;
    const isIptc = asciiAt(block, 0, 13) === "Photoshop 3.0" || asciiAt(block, 0) === "8BIM";
    if (readTiffHeader(tiff)) {
      exif?.push(creditInExif(tiff));
    } else if (isIptc) {
      iptc?.push(creditInIptc(block));
    } else {
      xmp?.push(creditInXmp(block));
    }
  }
  const credit = new Map<CreditField, readonly string[]>();
  for (const found of [xmp, iptc, exif].flatMap((group) => group ?? []).concat([[...texts]])) {
    addMissing(credit, found);
  }
  return credit.size === 0 ? undefined : credit;
}

/** Renders the credit as an XMP packet. The same credit gives the same bytes. */
export function renderCredit(credit: Credit): Buffer {
  const properties = FIELDS.flatMap((field) => {
    const values = (credit.get(field) ?? []).map(escapeXml);
    return values.length === 0 ? [] : renderField(field, values);
  });
  const prefixes = new Set(properties.map((property) => property.slice(1, property.indexOf(":"))));
  const namespaces = Object.entries(XMP_NAMESPACES)
    .filter(([prefix]) => prefixes.has(prefix))
    .map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`);
  return Buffer.from(
    `${PACKET_START}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${XMP_NAMESPACES.rdf}"><rdf:Description rdf:about=""${namespaces.join("")}>${properties.join("")}</rdf:Description></rdf:RDF></x:xmpmeta>${PACKET_END}`,
  );
}

/**
 * The two credit fields that EXIF has. Many programs read only EXIF: exifr does unless told
 * otherwise, and always for AVIF.
 */
export function exifTextsFor(credit: Credit | undefined): ReadonlyMap<number, string> {
  const artist = credit?.get("dc:creator")?.join("; ");
  const copyright = credit?.get("dc:rights")?.at(0);
  return new Map([
    ...(artist === undefined ? [] : [[ARTIST, artist] as const]),
    ...(copyright === undefined ? [] : [[COPYRIGHT, copyright] as const]),
  ]);
}

function renderField(field: CreditField, values: readonly string[]): string {
  const [value = ""] = values;
  switch (field) {
    case "dc:creator":
      return `<${field}><rdf:Seq>${values.map((one) => `<rdf:li>${one}</rdf:li>`).join("")}</rdf:Seq></${field}>`;
    case "dc:rights":
    case "xmpRights:UsageTerms":
      return `<${field}><rdf:Alt><rdf:li xml:lang="x-default">${value}</rdf:li></rdf:Alt></${field}>`;
    case "plus:LicensorURL":
      return `<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><${field}>${value}</${field}></rdf:li></rdf:Seq></plus:Licensor>`;
    case "photoshop:Credit":
    case "xmpRights:WebStatement":
      return `<${field}>${value}</${field}>`;
  }
}

function addMissing(credit: Map<CreditField, readonly string[]>, found: readonly FoundCredit[]) {
  for (const field of FIELDS) {
    const texts = found.filter(([name]) => name === field).map(([, text]) => tidied(text));
    const values = [...new Set(texts)].filter((text) => text !== "");
    const kept = field === "dc:creator" ? asManyAsFit(values) : values.slice(0, 1);
    if (kept.length > 0 && !credit.has(field)) {
      credit.set(field, kept);
    }
  }
}

function asManyAsFit(creators: readonly string[]): string[] {
  let length = 0;
  return creators.slice(0, MAX_CREATORS).filter((creator) => {
    length += creator.length;
    return length <= MAX_LENGTH;
  });
}

/**
 * Puts the text on one line and drops control characters, characters that XML cannot hold, and a
 * trailing lone surrogate.
 */
function tidied(text: string): string {
  return text
    .slice(0, 2 * MAX_LENGTH)
    .replaceAll(/[\s\p{Cc}\u{FFFE}\u{FFFF}]+/gu, " ")
    .trim()
    .slice(0, MAX_LENGTH)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trimEnd();
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function creditInXmp(packet: Uint8Array): FoundCredit[] {
  const found: FoundCredit[] = [];
  for (const { name, property, text, language } of xmpValuesOf(packet)) {
    const field = FIELDS.find((one) => one === name);
    const isOfImage = property === name || property === "plus:Licensor";
    if (field === undefined || !isOfImage) {
      continue;
    }
    if (language === "x-default") {
      found.unshift([field, text]);
    } else {
      found.push([field, text]);
    }
  }
  return found;
}

function creditInIptc(block: Uint8Array): FoundCredit[] {
  const found: [CreditField, Uint8Array][] = [];
  let isUtf8 = false;
  for (const { record, dataset, value } of iptcDatasetsOf(block)) {
    const field = record === 2 ? IPTC_FIELDS.get(dataset) : undefined;
    if (record === 1 && dataset === IPTC_CHARSET) {
      isUtf8 = asciiAt(value, 0, UTF_8.length) === UTF_8;
    }
    if (field !== undefined) {
      found.push([field, value]);
    }
  }
  return found.map(([field, value]) => [field, decodeText(value, { isUtf8 })]);
}

function creditInExif(tiff: Uint8Array): FoundCredit[] {
  const texts = exifTextsOf(tiff, new Set(EXIF_FIELDS.keys()));
  return [...EXIF_FIELDS].flatMap(([tag, field]) => {
    const value = texts.get(tag);
    // XPAuthor, which Windows writes, counts only where Artist is missing.
    if (value === undefined || (tag === XP_AUTHOR && texts.has(ARTIST))) {
      return [];
    }
    if (tag === XP_AUTHOR) {
      return partsOf(field, new TextDecoder("utf-16le").decode(value));
    }
    return partsOf(field, decodeText(value));
  });
}

/**
 * Semicolons separate several artists; NUL separates the photographer's copyright from the
 * editor's.
 */
function partsOf(field: CreditField, text: string): FoundCredit[] {
  if (field === "dc:creator") {
    return text.split(/[;\0]/, 2 * MAX_CREATORS).map((one) => [field, one]);
  }
  const parts = text.split("\0", 2).map((one) => one.trim());
  return [[field, parts.filter((part) => part !== "").join("; ")]];
}

/**
 * Decodes text as UTF-8. Text that does not claim to be UTF-8 and is not valid as such is read as
 * Windows-1252.
 */
function decodeText(bytes: Uint8Array, { isUtf8 = false } = {}): string {
  try {
    return new TextDecoder("utf-8", { fatal: !isUtf8 }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
