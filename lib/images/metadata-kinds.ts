import { asciiAt } from "./bytes.ts";
import {
  EXIF_DIRECTORY,
  GPS_DIRECTORY,
  type TiffHeader,
  exifEntriesAt,
  readExifNumber,
  readTiffHeader,
} from "./exif.ts";
import { iptcDatasetsOf } from "./iptc.ts";

/**
 * The kinds of metadata that replies and logs mention, never with their values: where the image was
 * taken, who made and owns it, the C2PA manifest of its origin, the gain map that brightens it on
 * an HDR screen.
 */
export const METADATA_KINDS = ["location", "credit", "credentials", "hdr", "other"] as const;

export type MetadataKind = (typeof METADATA_KINDS)[number];

/** Artist, Copyright, XPAuthor, CameraOwnerName. */
const CREDIT_TAGS = new Set([0x013b, 0x8298, 0x9c9d, 0xa430]);
/** Latitude, longitude, both for the destination, and the name of the area. */
const LOCATION_TAGS = new Set([0x02, 0x04, 0x14, 0x16, 0x1c]);

/** IPTC-IIM, record 2. */
const IPTC_DATASETS: readonly [MetadataKind, readonly number[]][] = [
  ["location", [26, 27, 90, 92, 95, 100, 101]],
  ["credit", [80, 85, 110, 115, 116]],
];

const XMP_NAMES: readonly [MetadataKind, RegExp][] = [
  ["location", /:GPS|photoshop:(?:City|State|Country)|Iptc4xmpCore:(?:Location|Country)/i],
  ["location", /Iptc4xmpExt:(?:Location|City|Country|Sublocation)/],
  ["credit", /dc:(?:creator|rights)|photoshop:(?:Credit|Source|AuthorsPosition)|xmpRights:/],
];

export type KindsReader = (block: Uint8Array) => MetadataKind[];

/**
 * Real files hold less, apart from pictures inside their metadata. The limit keeps a file that is
 * all metadata from hogging the CPU.
 */
export const MAX_READ_BYTES = 512 * 1024;
/** Looking into a tiny block takes as long as looking into one of this size. */
const BLOCK_BYTES = 4096;

/**
 * Looks into the blocks of one file until it has read half a megabyte. Blocks beyond that count as
 * `other`.
 */
export function createKindsReader(): KindsReader {
  let bytesLeft = MAX_READ_BYTES;
  return (block) => {
    if (bytesLeft <= 0) {
      return ["other"];
    }
    const read = block.subarray(0, bytesLeft);
    bytesLeft -= Math.max(BLOCK_BYTES, read.length);
    return kindsOf(read);
  };
}

/**
 * The block is EXIF (with or without its signature), Photoshop resources with IPTC, or else XMP.
 */
function kindsOf(block: Uint8Array): MetadataKind[] {
  const body = asciiAt(block, 0, 6) === "Exif\0\0" ? block.subarray(6) : block;
  const header = readTiffHeader(body);
  const kinds = header ? kindsOfExif(body, header) : kindsOfIptc(body);
  if (kinds.length === 0 && header === undefined) {
    kinds.push(...kindsOfXmp(body));
  }
  return kinds.length === 0 ? ["other"] : kinds;
}

function kindsOfExif(tiff: Uint8Array, { mainAt }: TiffHeader): MetadataKind[] {
  const kinds: MetadataKind[] = [];
  const main = [...exifEntriesAt(tiff, mainAt)];
  const entriesOf = (directory: number) => {
    const entry = main.find(({ tag }) => tag === directory);
    return [...exifEntriesAt(tiff, entry && readExifNumber(tiff, entry))];
  };
  if (entriesOf(GPS_DIRECTORY).some(({ tag }) => LOCATION_TAGS.has(tag))) {
    kinds.push("location");
  }
  if ([...main, ...entriesOf(EXIF_DIRECTORY)].some(({ tag }) => CREDIT_TAGS.has(tag))) {
    kinds.push("credit");
  }
  return kinds;
}

function kindsOfIptc(block: Uint8Array): MetadataKind[] {
  const datasets = new Set<number>();
  for (const { record, dataset } of iptcDatasetsOf(block)) {
    if (record === 2) {
      datasets.add(dataset);
    }
  }
  return IPTC_DATASETS.filter(([, numbers]) => numbers.some((one) => datasets.has(one))).map(
    ([kind]) => kind,
  );
}

/** Drops NUL bytes, so that UTF-16 matches as well. */
function kindsOfXmp(block: Uint8Array): MetadataKind[] {
  const xmp = new TextDecoder("latin1").decode(block).replaceAll("\0", "");
  return XMP_NAMES.filter(([, pattern]) => pattern.test(xmp)).map(([kind]) => kind);
}
