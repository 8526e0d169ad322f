import type { AvifBoxes } from "./avif-boxes.ts";
import { creditItemsOf, placeCredit } from "./avif-credit.ts";
import { isCodedImage, readAvifImage } from "./avif-image.ts";
import type { AvifItem, ByteRange, PlacedItem } from "./avif-items.ts";
import { cleanSampleTables, readSampleRanges } from "./avif-samples.ts";
import type { Box } from "./boxes.ts";
import { isZero } from "../bytes.ts";
import { cleanBoxes } from "./clean-boxes.ts";
import { cleanImageData } from "./clean-image-data.ts";
import { cleanItemLists } from "./clean-item-lists.ts";
import { isContentCredentials } from "../content-credentials.ts";
import type { Credit } from "../credit.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import {
  type KindsReader,
  MAX_READ_BYTES,
  type MetadataKind,
  createKindsReader,
} from "../metadata-kinds.ts";
import { isProvenance } from "./provenance.ts";

const FREE_SPACE = new Set(["free", "skip"]);
const NO_ITEM = "skip";

/**
 * Overwrites with zeros, so that no offset changes: boxes and items (EXIF, XMP, thumbnails) that
 * the image does not need, media data that belongs to no item, and names and reserved fields in the
 * rest. Unneeded boxes become free space; unneeded items get a type that no program reads. An EXIF
 * orientation goes as well, because only `irot` and `imir` turn an image (ISO/IEC 23008-12). The
 * credit is written into the file's existing EXIF and XMP.
 */
export function cleanAvif(bytes: Uint8Array, credit?: Credit): CleanImage {
  const cleaning = createCleaning(bytes);
  const kindsOf = createKindsReader();
  const image = readAvifImage(bytes);
  const { boxes, items, neededIds } = image;
  if (neededIds.size + boxes.tracks.length === 0) {
    throw new RangeError("Cannot find the image of an AVIF");
  }
  const isNeeded = ({ id }: AvifItem) => neededIds.has(id);
  const needed = items.filter(isNeeded);
  const unneeded = items.filter((item) => !isNeeded(item) && item.type !== NO_ITEM);

  for (const box of boxes.unneeded) {
    cleaning.drop(...kindsOfBox(bytes, box, kindsOf));
  }
  const iloc = boxes.file.get("iloc");
  const credits = credit && iloc ? creditItemsOf(bytes, { items: unneeded, iloc, credit }) : [];
  const creditIds = new Set(credits.map(({ item }) => item.id));

  const samples = boxes.tracks.map((track) => readSampleRanges(bytes, track));
  const kept = [...needed.flatMap(({ ranges }) => ranges), ...samples.flat()];
  const unused = gapsBetween(kept, containersOf(boxes));

  let output: Uint8Array = new Uint8Array(bytes);
  for (const { start, end } of [...boxes.unneeded, ...unused]) {
    output.fill(0, start, end);
  }
  for (const { at } of boxes.unneeded.filter(({ type }) => !FREE_SPACE.has(type))) {
    output.set(Buffer.from("free"), at + 4);
  }
  for (const { id, typeAt, end } of unneeded) {
    if (creditIds.has(id)) {
      continue;
    }
    output.set(Buffer.from(NO_ITEM), typeAt);
    output.fill(0, typeAt + NO_ITEM.length, end);
  }
  for (const item of unneeded) {
    if (!isCodedImage(item) && !item.ranges.every((range) => isEmpty(output, range))) {
      throw new RangeError("Cannot remove an item that shares its data with an image");
    }
  }
  const emptied = new Uint8Array(output);
  cleanItemLists(output, image, creditIds);
  cleanBoxes(output, boxes);
  for (const [index, track] of boxes.tracks.entries()) {
    cleanSampleTables(output, track, samples[index]?.length ?? 0);
  }
  cleanImageData(output, { needed, samples });
  const isUnusedData = unneeded.length === 0 && unused.some((range) => !isEmpty(bytes, range));
  if (isUnusedData || Buffer.compare(emptied, output) !== 0) {
    cleaning.drop("other");
  }
  for (const one of credits) {
    output = placeCredit(output, one, unused);
  }
  for (const item of unneeded) {
    if (!isSame(bytes, output, item)) {
      cleaning.drop(...kindsOfItem(bytes, item, kindsOf));
    }
  }
  cleaning.write(output);
  return cleaning.finish();
}

function containersOf({ file, mediaData }: AvifBoxes): Box[] {
  const idat = file.get("idat");
  return [...mediaData, ...(idat ? [idat] : [])].toSorted((a, b) => a.start - b.start);
}

/**
 * Returns the parts of the containers that no range covers. Each range must lie in one container.
 */
function gapsBetween(ranges: readonly ByteRange[], containers: readonly Box[]): ByteRange[] {
  const sorted = ranges
    .filter(({ start, end }) => end > start)
    .toSorted((a, b) => a.start - b.start);
  const gaps: ByteRange[] = [];
  let next = 0;
  for (const container of containers) {
    let at = container.start;
    for (; next < sorted.length; next += 1) {
      const { start = 0, end = 0 } = sorted[next] ?? {};
      if (start >= container.end) {
        break;
      }
      if (start < container.start || end > container.end) {
        throw new RangeError("Cannot find the data of an image");
      }
      if (start > at) {
        gaps.push({ start: at, end: start });
      }
      at = Math.max(at, end);
    }
    if (at < container.end) {
      gaps.push({ start: at, end: container.end });
    }
  }
  if (next < sorted.length) {
    throw new RangeError("Cannot find the data of an image");
  }
  return gaps;
}

function isEmpty(bytes: Uint8Array, { start, end }: ByteRange): boolean {
  return isZero(bytes, start, end);
}

function isSame(source: Uint8Array, output: Uint8Array, { typeAt, ranges }: PlacedItem): boolean {
  return [{ start: typeAt, end: typeAt + NO_ITEM.length }, ...ranges].every(
    ({ start, end }) =>
      Buffer.compare(source.subarray(start, end), output.subarray(start, end)) === 0,
  );
}

function kindsOfBox(bytes: Uint8Array, box: Box, kindsOf: KindsReader): MetadataKind[] {
  if (isEmpty(bytes, box)) {
    return [];
  }
  if (isProvenance(bytes, box)) {
    return ["credentials"];
  }
  return box.type === "uuid" ? kindsOf(bytes.subarray(box.start + 16, box.end)) : ["other"];
}

function kindsOfItem(bytes: Uint8Array, item: PlacedItem, kindsOf: KindsReader): MetadataKind[] {
  const { type, ranges } = item;
  if (isCodedImage(item)) {
    return ["other"];
  }
  const parts = ranges.map(({ start, end }) => bytes.subarray(start, end));
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const data = Buffer.concat(parts, Math.min(sizeBytes, MAX_READ_BYTES));
  if (isContentCredentials(data)) {
    return ["credentials"];
  }
  if (type !== "Exif" || data.length < 4) {
    return kindsOf(data);
  }
  // The first four bytes give the offset of the TIFF block in the rest.
  return kindsOf(data.subarray(4 + data.readUInt32BE(0)));
}
