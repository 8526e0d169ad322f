import { type AvifBoxes, readAvifBoxes } from "./avif-boxes.ts";
import { creditItemsOf, placeCredit } from "./avif-credit.ts";
import {
  type AvifItem,
  type ByteRange,
  type PlacedItem,
  readItemData,
  readItems,
  readReferences,
  readUint,
} from "./avif-items.ts";
import { readSampleRanges } from "./avif-samples.ts";
import type { Box } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import { isContentCredentials } from "../content-credentials.ts";
import type { Credit } from "../credit.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import { type MetadataKind, kindsOf } from "../metadata-kinds.ts";
import { isProvenance } from "./provenance.ts";

// Coded images and those made of others: grid, identity, overlay, tone map (a gain map), sample transform.
const CODED_IMAGES = new Set(["av01", "grid", "iden", "iovl", "tmap", "sato"]);
const FREE_SPACE = new Set(["free", "skip"]);
const NO_ITEM = "skip";

/**
 * Overwrites with zeros, so that no offset changes: boxes and items (EXIF, XMP, thumbnails) that no image needs, and
 * all media data that belongs to no image. Their boxes become free space, their items get a type that nobody reads.
 * An EXIF orientation goes too: an image is turned by `irot` and `imir` alone (ISO/IEC 23008-12). The credit is written
 * into the EXIF and the XMP that the file has.
 */
export function cleanAvif(bytes: Uint8Array, credit?: Credit): CleanImage {
  const cleaning = createCleaning(bytes);
  const boxes = readAvifBoxes(bytes);
  const items = readPlacedItems(bytes, boxes.file);
  const thumbnails = thumbnailIds(bytes, boxes.file);
  const isNeeded = ({ id, type }: AvifItem) => CODED_IMAGES.has(type) && !thumbnails.has(id);
  const needed = items.filter(isNeeded);
  const unneeded = items.filter((item) => !isNeeded(item) && item.type !== NO_ITEM);

  for (const box of boxes.unneeded) cleaning.drop(...kindsOfBox(bytes, box));
  const iloc = boxes.file.get("iloc");
  const credits = credit && iloc ? creditItemsOf(bytes, { items: unneeded, iloc, credit }) : [];
  if (boxes.times.some((range) => !isEmpty(bytes, range))) cleaning.drop("other");

  const kept = [
    ...needed.flatMap(({ ranges }) => ranges),
    ...boxes.tracks.flatMap((track) => readSampleRanges(bytes, track)),
  ];
  const unused = gapsBetween(kept, containersOf(boxes));
  if (unneeded.length === 0 && unused.some((range) => !isEmpty(bytes, range)))
    cleaning.drop("other");

  let output: Uint8Array = Uint8Array.from(bytes);
  for (const { start, end } of [...boxes.unneeded, ...boxes.times, ...unused])
    output.fill(0, start, end);
  for (const { at } of boxes.unneeded.filter(({ type }) => !FREE_SPACE.has(type)))
    output.set(Buffer.from("free"), at + 4);
  for (const { id, typeAt, end } of unneeded) {
    if (credits.some(({ item }) => item.id === id)) continue;
    output.set(Buffer.from(NO_ITEM), typeAt);
    output.fill(0, typeAt + NO_ITEM.length, end);
  }
  for (const { type, ranges } of unneeded)
    if (!CODED_IMAGES.has(type) && !ranges.every((range) => isEmpty(output, range)))
      throw new RangeError("Cannot remove an item that shares its data with an image");
  for (const one of credits) output = placeCredit(output, one, unused);
  for (const item of unneeded)
    if (!isSame(bytes, output, item)) cleaning.drop(...kindsOfItem(bytes, item));
  cleaning.write(output);
  return cleaning.finish();
}

function readPlacedItems(bytes: Uint8Array, file: AvifBoxes["file"]): PlacedItem[] {
  const [iinf, iloc, idat] = ["iinf", "iloc", "idat"].map((type) => file.get(type));
  if (!iinf || !iloc) throw new RangeError("Cannot find the items of an AVIF");
  const dataById = readItemData(bytes, iloc);
  let total = 0;
  return readItems(bytes, iinf).map((item) => {
    const { entryAt, isInIdat, ranges = [] } = dataById.get(item.id) ?? {};
    const base = isInIdat ? (idat?.start ?? bytes.length) : 0;
    const placed = ranges.map(({ start, end }) => ({ start: base + start, end: base + end }));
    for (const { start, end } of placed) {
      // Images may share their data; metadata that overlaps again and again would take for ever to read.
      if (!CODED_IMAGES.has(item.type)) total += end - start;
      // An extent without a length reaches to the end of the file.
      if (end <= start || end > bytes.length || total > bytes.length)
        throw new RangeError("Cannot find the data of an item");
    }
    return { ...item, ranges: placed, entryAt };
  });
}

function thumbnailIds(bytes: Uint8Array, file: AvifBoxes["file"]): Set<number> {
  const [pitm, iref] = [file.get("pitm"), file.get("iref")];
  if (!pitm) throw new RangeError("Cannot find the primary item of an AVIF");
  const ids = iref ? readReferences(bytes, iref, "thmb") : new Set<number>();
  const view = viewOf(bytes);
  ids.delete(readUint(view, pitm.start + 4, view.getUint8(pitm.start) === 0 ? 2 : 4));
  return ids;
}

function containersOf({ file, mediaData }: AvifBoxes): Box[] {
  const idat = file.get("idat");
  return [...mediaData, ...(idat ? [idat] : [])].toSorted((a, b) => a.start - b.start);
}

// What of the containers is in none of the ranges; each range has to lie in one container.
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
      if (start >= container.end) break;
      if (start < container.start || end > container.end)
        throw new RangeError("Cannot find the data of an image");
      if (start > at) gaps.push({ start: at, end: start });
      at = Math.max(at, end);
    }
    if (at < container.end) gaps.push({ start: at, end: container.end });
  }
  if (next < sorted.length) throw new RangeError("Cannot find the data of an image");
  return gaps;
}

function isEmpty(bytes: Uint8Array, { start, end }: ByteRange): boolean {
  let at = start;
  while (at < end && bytes[at] === 0) at += 1;
  return at >= end;
}

function isSame(source: Uint8Array, output: Uint8Array, { typeAt, ranges }: PlacedItem): boolean {
  return [{ start: typeAt, end: typeAt + NO_ITEM.length }, ...ranges].every(
    ({ start, end }) =>
      Buffer.compare(source.subarray(start, end), output.subarray(start, end)) === 0,
  );
}

function kindsOfBox(bytes: Uint8Array, box: Box): MetadataKind[] {
  if (isEmpty(bytes, box)) return [];
  if (isProvenance(bytes, box)) return ["credentials"];
  return box.type === "uuid" ? kindsOf(bytes.subarray(box.start + 16, box.end)) : ["other"];
}

function kindsOfItem(bytes: Uint8Array, { type, ranges }: PlacedItem): MetadataKind[] {
  if (CODED_IMAGES.has(type)) return ["other"];
  const data = Buffer.concat(ranges.map(({ start, end }) => bytes.subarray(start, end)));
  if (isContentCredentials(data)) return ["credentials"];
  if (type !== "Exif" || data.length < 4) return kindsOf(data);
  // How far into the rest the TIFF block starts.
  return kindsOf(data.subarray(4 + data.readUInt32BE(0)));
}
