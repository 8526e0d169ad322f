import { asciiAt, viewOf } from "./bytes.ts";

/** What a picture said beside its pixels, one word each: for a record, a log or a sentence, never with the values. */
export const METADATA_KINDS = [
  "location",
  "camera",
  "author",
  "time",
  "text",
  "thumbnail",
  "history",
  "provenance",
  "trailing",
  "other",
] as const;

export type MetadataKind = (typeof METADATA_KINDS)[number];

const MAIN_TAGS: readonly [MetadataKind, readonly number[]][] = [
  ["camera", [0x010f, 0x0110, 0x013c, 0x829a, 0x829d, 0x8827, 0x920a, 0x927c]],
  ["camera", [0xa431, 0xa432, 0xa433, 0xa434, 0xa435]],
  ["author", [0x013b, 0x8298, 0x9c9d, 0xa430]],
  ["time", [0x0132, 0x9003, 0x9004]],
  ["text", [0x010e, 0x9286, 0x9c9b, 0x9c9c, 0x9c9e, 0x9c9f]],
  ["history", [0x000b, 0x0131]],
];
// Latitude, longitude, those of the destination, and the name of the area.
const GPS_TAGS: readonly [MetadataKind, readonly number[]][] = [
  ["location", [0x02, 0x04, 0x14, 0x16, 0x1c]],
  ["time", [0x07, 0x1d]],
];
const EXIF_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
const ENTRY_BYTES = 12;

// IPTC-IIM, record 2.
const IPTC_DATASETS: readonly [MetadataKind, readonly number[]][] = [
  ["location", [26, 27, 90, 92, 95, 100, 101]],
  ["author", [80, 85, 110, 115, 116]],
  ["time", [30, 35, 55, 60, 62, 63]],
  ["text", [5, 25, 105, 120]],
  ["history", [65, 70]],
];
const IPTC_RESOURCE = 0x0404;
const THUMBNAIL_RESOURCES = new Set([0x0409, 0x040c]);

const XMP_NAMES: readonly [MetadataKind, RegExp][] = [
  ["location", /:GPS|photoshop:(?:City|State|Country)|Iptc4xmpCore:(?:Location|Country)/i],
  ["location", /Iptc4xmpExt:(?:Location|City|Country|Sublocation)/],
  ["camera", /tiff:(?:Make|Model)|aux:(?:Lens|SerialNumber)|exifEX:|exif:(?:Exposure|FNumber)/],
  ["author", /dc:(?:creator|rights)|photoshop:(?:Credit|Source|AuthorsPosition)|xmpRights:/],
  ["time", /xmp:\w{1,20}Date|photoshop:DateCreated|exif:DateTime/],
  ["text", /dc:(?:description|title|subject)|photoshop:(?:Headline|Caption)/],
  ["thumbnail", /xmp:Thumbnails|xmpGImg:|GImage:/],
  ["history", /xmpMM:|xmp:CreatorTool|stEvt:|crs:/],
];

/** Looks into a block of metadata: EXIF (with or without its signature), Photoshop resources with IPTC, or else XMP. */
export function kindsOf(block: Uint8Array): MetadataKind[] {
  const body = asciiAt(block, 0, 6) === "Exif\0\0" ? block.subarray(6) : block;
  const kinds = isTiff(body) ? kindsOfExif(body) : kindsOfPhotoshop(body);
  if (kinds.length === 0 && !isTiff(body)) kinds.push(...kindsOfXmp(body));
  return kinds.length === 0 ? ["other"] : kinds;
}

function isTiff(block: Uint8Array): boolean {
  return block.length >= 8 && ["II*\0", "MM\0*"].includes(asciiAt(block, 0));
}

function kindsOfExif(tiff: Uint8Array): MetadataKind[] {
  const main = directoryAt(tiff, viewOf(tiff).getUint32(4, asciiAt(tiff, 0, 1) === "I"));
  const exif = directoryAt(tiff, main.entries.get(EXIF_DIRECTORY));
  const gps = directoryAt(tiff, main.entries.get(GPS_DIRECTORY));
  const preview = directoryAt(tiff, main.next);
  return [
    ...kindsIn(gps.entries, GPS_TAGS),
    ...kindsIn(main.entries, MAIN_TAGS),
    ...kindsIn(exif.entries, MAIN_TAGS),
    ...(preview.entries.size > 0 ? ["thumbnail" as const] : []),
  ];
}

// The offset of 0 is that of the header: it says that there is no directory.
function directoryAt(
  tiff: Uint8Array,
  start = 0,
): { entries: Map<number, number>; next?: number | undefined } {
  const entries = new Map<number, number>();
  const littleEndian = asciiAt(tiff, 0, 1) === "I";
  const view = viewOf(tiff);
  if (start === 0 || start + 2 > tiff.length) return { entries };
  const end = start + 2 + view.getUint16(start, littleEndian) * ENTRY_BYTES;
  for (let at = start + 2; at < end && at + ENTRY_BYTES <= tiff.length; at += ENTRY_BYTES)
    entries.set(view.getUint16(at, littleEndian), view.getUint32(at + 8, littleEndian));
  return { entries, next: end + 4 > tiff.length ? undefined : view.getUint32(end, littleEndian) };
}

function kindsOfPhotoshop(block: Uint8Array): MetadataKind[] {
  const view = viewOf(block);
  const kinds: MetadataKind[] = [];
  let at = asciiAt(block, 0, 14) === "Photoshop 3.0\0" ? 14 : 0;
  while (at + 12 <= block.length && asciiAt(block, at) === "8BIM") {
    const nameBytes = 1 + view.getUint8(at + 6);
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    if (sizeAt + 4 > block.length) break;
    const end = sizeAt + 4 + view.getUint32(sizeAt);
    const resource = view.getUint16(at + 4);
    if (resource === IPTC_RESOURCE) kinds.push(...kindsOfIptc(block.subarray(sizeAt + 4, end)));
    kinds.push(THUMBNAIL_RESOURCES.has(resource) ? "thumbnail" : "history");
    at = end + (end % 2 === sizeAt % 2 ? 0 : 1);
  }
  return [...new Set(kinds)];
}

function kindsOfIptc(iptc: Uint8Array): MetadataKind[] {
  const datasets = new Map<number, true>();
  const view = viewOf(iptc);
  let at = 0;
  while (at + 5 <= iptc.length && view.getUint8(at) === 0x1c) {
    if (view.getUint8(at + 1) === 2) datasets.set(view.getUint8(at + 2), true);
    at += 5 + view.getUint16(at + 3);
  }
  return kindsIn(datasets, IPTC_DATASETS);
}

// NUL bytes are left out, so that UTF-16 is found as well.
function kindsOfXmp(block: Uint8Array): MetadataKind[] {
  const xmp = new TextDecoder("latin1").decode(block).replaceAll("\0", "");
  return XMP_NAMES.filter(([, pattern]) => pattern.test(xmp)).map(([kind]) => kind);
}

function kindsIn(
  found: ReadonlyMap<number, unknown>,
  table: readonly [MetadataKind, readonly number[]][],
): MetadataKind[] {
  return table.filter(([, tags]) => tags.some((tag) => found.has(tag))).map(([kind]) => kind);
}
