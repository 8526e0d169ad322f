import type { AvifImage } from "./avif-image.ts";
import type { Reference } from "./avif-items.ts";
import { readItemData, readUint } from "./avif-items.ts";
import { type Box, filledBoxes } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { cleanProperty, free } from "./clean-boxes.ts";
import type { Association } from "./item-properties.ts";

const FULL_BOX_BYTES = 4;
const REFERENCE_TYPES = new Set(["dimg", "auxl", "prem", "thmb", "cdsc"]);

/**
 * In `infe`, the item's protection index and its type precede the name, content type and other
 * fields.
 */
const TYPE_BYTES = 4;
const PROTECTION_BYTES = 2;

/**
 * Chromium ignores `pasp` even if it is marked essential. Any other unknown essential property
 * prevents display.
 */
const IGNORED = new Set(["pasp"]);

/**
 * Clears, in place, the names in the item lists and the numbers that refer to nothing in the file.
 * Leaves the names of `creditIds` alone; placeCredit() handles them.
 */
export function cleanItemLists(
  output: Uint8Array,
  image: AvifImage,
  creditIds: ReadonlySet<number>,
): void {
  const { file } = image.boxes;
  if (!file.has("meta")) {
    return;
  }
  const ids = new Set(image.items.map(({ id }) => id));
  cleanNames(output, image, creditIds);
  cleanLocations(output, file.get("iloc"), ids);
  cleanReferences(output, image, ids);
  cleanGroups(output, file.get("grpl"), ids);
  cleanAssociations(output, image);
}

function cleanNames(
  output: Uint8Array,
  { boxes, items }: AvifImage,
  creditIds: ReadonlySet<number>,
): void {
  const view = viewOf(output);
  const iinf = boxes.file.get("iinf");
  if (!iinf) {
    return;
  }
  const countBytes = view.getUint8(iinf.start) === 0 ? 2 : 4;
  if (readUint(view, iinf.start + FULL_BOX_BYTES, countBytes) !== items.length) {
    throw new RangeError("Cannot tell how many items count");
  }
  output.fill(0, iinf.start + 1, iinf.start + FULL_BOX_BYTES);
  for (const { id, typeAt, end } of items) {
    output.fill(0, typeAt - PROTECTION_BYTES, typeAt);
    if (!creditIds.has(id)) {
      output.fill(0, typeAt + TYPE_BYTES, end);
    }
  }
}

function cleanLocations(output: Uint8Array, iloc: Box | undefined, ids: ReadonlySet<number>): void {
  if (!iloc) {
    return;
  }
  const listed = readItemData(output, iloc);
  output.fill(0, iloc.start + 1, iloc.start + FULL_BOX_BYTES);
  for (const [id, { fields }] of listed) {
    if (!ids.has(id)) {
      for (const { start, end } of fields) {
        output.fill(0, start, end);
      }
    }
  }
  const last = [...listed.values()].at(-1)?.fields.at(-1);
  if (last !== undefined) {
    output.fill(0, last.end, iloc.end);
  }
}

/** Points an unknown reference from the primary item to itself, because ids must not be 0. */
function cleanReferences(output: Uint8Array, image: AvifImage, ids: ReadonlySet<number>): void {
  const iref = image.boxes.file.get("iref");
  if (!iref) {
    return;
  }
  output.fill(0, iref.start + 1, iref.start + FULL_BOX_BYTES);
  for (const reference of image.references) {
    const { type, box, from, to, idBytes } = reference;
    const isKnown = REFERENCE_TYPES.has(type) && [from, ...to].every((id) => ids.has(id));
    if (!isKnown) {
      leadNowhere(output, reference, image.primaryId ?? 0);
    }
    output.fill(0, box.start + idBytes + 2 + to.length * idBytes, box.end);
  }
}

function leadNowhere(output: Uint8Array, { box, to, idBytes }: Reference, id: number): void {
  const view = viewOf(output);
  const write = (at: number) => (idBytes === 2 ? view.setUint16(at, id) : view.setUint32(at, id));
  output.set(Buffer.from("free"), box.at + 4);
  write(box.start);
  for (const index of to.keys()) {
    write(box.start + idBytes + 2 + index * idBytes);
  }
}

/**
 * ISO/IEC 14496-12, 8.15.3: the group's id, the number of members, and their ids. A gain map is
 * grouped with its image as an alternative.
 */
function cleanGroups(output: Uint8Array, grpl: Box | undefined, ids: ReadonlySet<number>): void {
  if (!grpl) {
    return;
  }
  const view = viewOf(output);
  for (const box of filledBoxes(output, grpl.start, grpl.end)) {
    const { type, start, end } = box;
    const count = end - start < 12 ? 0 : view.getUint32(start + 8);
    const idsAt = start + 12;
    const isWhole = type === "altr" && count > 0 && idsAt + count * 4 <= end;
    const members = isWhole ? Array.from({ length: count }, (_, n) => idsAt + n * 4) : [];
    if (isWhole && members.every((at) => ids.has(view.getUint32(at)))) {
      output.fill(0, start, start + FULL_BOX_BYTES);
      output.fill(0, idsAt + count * 4, end);
    } else {
      free(output, box);
    }
  }
}

/** Keeps a property only if a needed item has it as the first of its kind. */
function cleanAssociations(output: Uint8Array, image: AvifImage): void {
  const { boxes, associations, neededIds } = image;
  const verdicts = new Map<number, boolean>();
  const isOfUse = (index: number, box: Box) => {
    const verdict = verdicts.get(index) ?? cleanProperty(output, box);
    verdicts.set(index, verdict);
    return verdict;
  };
  for (const entry of associations) {
    const kinds = new Set<string>();
    for (const association of entry.associations) {
      const { index, isEssential } = association;
      const box = boxes.properties[index - 1];
      const kind = box && kindOf(output, box);
      const isFirst = kind !== undefined && !kinds.has(kind);
      if (kind !== undefined) {
        kinds.add(kind);
      }
      const isKept =
        neededIds.has(entry.itemId) && box !== undefined && isFirst && isOfUse(index, box);
      if (isKept) {
        continue;
      }
      if (box && isEssential && isFirst && neededIds.has(entry.itemId) && !isIgnored(kind)) {
        throw new RangeError("Cannot tell the purpose of an essential property");
      }
      forget(output, association);
    }
  }
  for (const [index, box] of boxes.properties.entries()) {
    if (verdicts.get(index + 1) !== true) {
      free(output, box);
    }
  }
  const view = viewOf(output);
  for (const ipma of boxes.associations) {
    const flags = view.getUint8(ipma.start + 3) & 1;
    output.fill(0, ipma.start + 1, ipma.start + FULL_BOX_BYTES);
    output[ipma.start + 3] = flags;
    const last = associations.findLast(({ end }) => end > ipma.start && end <= ipma.end);
    output.fill(0, last?.end ?? ipma.start + 8, ipma.end);
  }
}

/** Tells profiles from numbers, because an image may have both for its colours. */
function kindOf(output: Uint8Array, { type, start }: Box): string {
  return type === "colr" ? `${type} ${asciiAt(output, start) === "nclx"}` : type;
}

function isIgnored(kind: string | undefined): boolean {
  return kind !== undefined && (IGNORED.has(kind) || kind.startsWith("colr") || kind === "clap");
}

/** Index 0 means no property. */
function forget(output: Uint8Array, { at, sizeBytes }: Association): void {
  output.fill(0, at, at + sizeBytes);
}
