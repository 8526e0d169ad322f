import { asciiAt, viewOf } from "./bytes.ts";
import { LimitError, PARSER_LIMITS } from "./parser-limits.ts";

/** The tag's data runs from `start` to `end`. Tags may share their data. */
interface IccTag {
  signature: string;
  start: number;
  end: number;
}

const HEADER_BYTES = 128;
const TABLE_START = HEADER_BYTES + 4;
const ENTRY_BYTES = 12;
const MIN_TAG_BYTES = 4;
const ALIGNMENT = 4;

/** ICC.1:2022, 7.2: the profile's MD5, followed by reserved bytes. */
const ID_START = 84;
const RESERVED_START = 100;

const MATRIX = ["rXYZ", "gXYZ", "bXYZ"];
const RGB_CURVES = ["rTRC", "gTRC", "bTRC"];
const CURVES = ["curv", "para"];
const PCS = new Set(["XYZ ", "Lab "]);
const MAX_VERSION = 4;
const D50 = [0.9642, 1, 0.8249];
const TOLERANCE = 0.01;

/**
 * ICC.1:2022, 9.2: tags that colours are computed from, and tags that describe the illuminant and
 * the rendering intent.
 */
const TABLES = ["kTRC", "A2B0", "A2B1", "A2B2"];
const TABLES_BACK = ["B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1"];
const WHITE = ["wtpt", "bkpt", "chad", "lumi", "meas", "view", "arts", "chrm", "cicp"];
const INTENT = ["B2D2", "B2D3", "gamt", "rig0", "rig2", "ciis", "tech"];
/**
 * Standard text tags, present in most profiles: the names of the profile, its owner and the kind of
 * device.
 */
const NAMES = ["desc", "cprt", "dmnd", "dmdd", "vued"];
const KEPT = new Set([
  ...MATRIX,
  ...RGB_CURVES,
  ...TABLES,
  ...TABLES_BACK,
  ...WHITE,
  ...INTENT,
  ...NAMES,
]);

/** Far more than any real profile has: the standard defines some 60 tags. */
const MAX_TAGS = 100;

/**
 * Returns a colour profile without private tags (Apple's `mmod` holds a display's serial number)
 * and without bytes that belong to no tag; the same bytes if there is nothing to remove.
 * `undefined`: Chromium rejects the profile and shows the image without it. Throws a RangeError if
 * the profile is too large.
 */
export function cleanIccProfile(icc: Uint8Array): Uint8Array | undefined {
  if (icc.length > PARSER_LIMITS.profileBytes) {
    throw new LimitError("Cannot read a colour profile larger than allowed");
  }
  const tags = readTags(icc);
  if (tags === undefined) {
    return undefined;
  }
  const kept = tags.filter(({ signature }, index) => {
    const first = tags.findIndex((tag) => tag.signature === signature);
    return KEPT.has(signature) && first === index;
  });
  return kept.length === tags.length && !hasSlack(icc, tags) ? icc : withTags(icc, kept);
}

/**
 * Whether Chromium (skcms) can compute colours from a profile of this space, `RGB ` or `GRAY`.
 * libvips accepts more profiles.
 */
export function hasColours(icc: Uint8Array, space: string): boolean {
  const tags = new Map(readTags(icc)?.map(({ signature, start }) => [signature, start]));
  const isOfType = (names: readonly string[], types: readonly string[]) =>
    names.every((name) => types.includes(asciiAt(icc, tags.get(name) ?? icc.length)));
  const isMatrix = isOfType(MATRIX, ["XYZ "]) && isOfType(RGB_CURVES, CURVES);
  const isTable = tags.has("A2B0") || tags.has("A2B1");
  return (
    tags.size > 0 &&
    asciiAt(icc, 16) === space &&
    PCS.has(asciiAt(icc, 20)) &&
    viewOf(icc).getUint8(8) <= MAX_VERSION &&
    D50.every((value, index) => Math.abs(s15Fixed16(icc, 68 + 4 * index) - value) <= TOLERANCE) &&
    (isTable || (space === "GRAY" ? isOfType(["kTRC"], CURVES) : isMatrix))
  );
}

function s15Fixed16(icc: Uint8Array, at: number): number {
  return viewOf(icc).getInt32(at) / 65_536;
}

/** Is as strict as skcms, which ignores the whole profile because of one bad tag. */
function readTags(icc: Uint8Array): IccTag[] | undefined {
  if (icc.length < TABLE_START || asciiAt(icc, 36) !== "acsp") {
    return undefined;
  }
  const view = viewOf(icc);
  const sizeBytes = view.getUint32(0);
  const count = view.getUint32(HEADER_BYTES);
  const tableEnd = TABLE_START + count * ENTRY_BYTES;
  if (sizeBytes > icc.length || tableEnd > sizeBytes || count > MAX_TAGS) {
    return undefined;
  }
  const tags = Array.from({ length: count }, (_, index) => tagAt(icc, index));
  const isSane = ({ start, end }: IccTag) => end - start >= MIN_TAG_BYTES && end <= sizeBytes;
  return tags.every(isSane) && bytesOf(tags) <= sizeBytes ? tags : undefined;
}

function tagAt(icc: Uint8Array, index: number): IccTag {
  const view = viewOf(icc);
  const at = TABLE_START + index * ENTRY_BYTES;
  const start = view.getUint32(at + 4);
  return { signature: asciiAt(icc, at), start, end: start + view.getUint32(at + 8) };
}

/**
 * Sums the bytes of distinct ranges. Tags may share data only as a whole: copying ranges that
 * overlap many times would take forever.
 */
function bytesOf(tags: readonly IccTag[]): number {
  return distinctRanges(tags).reduce((sum, { start, end }) => sum + end - start, 0);
}

function distinctRanges(tags: readonly IccTag[]): IccTag[] {
  return [...new Map(tags.map((tag) => [rangeOf(tag), tag])).values()];
}

function rangeOf({ start, end }: IccTag): string {
  return `${start}-${end}`;
}

/** Whether bytes outside the header and the tags are not zero. */
function hasSlack(icc: Uint8Array, tags: readonly IccTag[]): boolean {
  const rest = new Uint8Array(icc);
  rest.fill(0, 0, RESERVED_START);
  rest.fill(0, HEADER_BYTES, TABLE_START + tags.length * ENTRY_BYTES);
  for (const { start, end } of distinctRanges(tags)) {
    rest.fill(0, start, end);
  }
  return Buffer.compare(rest, new Uint8Array(rest.length)) !== 0;
}

/** Leaves the MD5 at zero, which means that none was computed. */
function withTags(icc: Uint8Array, tags: readonly IccTag[]): Uint8Array {
  const places = new Map<string, number>();
  let length = TABLE_START + tags.length * ENTRY_BYTES;
  for (const tag of distinctRanges(tags)) {
    places.set(rangeOf(tag), length);
    length += Math.ceil((tag.end - tag.start) / ALIGNMENT) * ALIGNMENT;
  }
  const clean = Buffer.alloc(length);
  clean.set(icc.subarray(0, ID_START));
  clean.writeUInt32BE(length, 0);
  clean.writeUInt32BE(tags.length, HEADER_BYTES);
  for (const [index, tag] of tags.entries()) {
    const at = TABLE_START + index * ENTRY_BYTES;
    const place = places.get(rangeOf(tag)) ?? 0;
    clean.write(tag.signature, at, "latin1");
    clean.writeUInt32BE(place, at + 4);
    clean.writeUInt32BE(tag.end - tag.start, at + 8);
    clean.set(icc.subarray(tag.start, tag.end), place);
  }
  return clean;
}
