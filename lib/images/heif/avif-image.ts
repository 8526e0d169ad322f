import { type AvifBoxes, readAvifBoxes } from "./avif-boxes.ts";
import {
  type AvifItem,
  type PlacedItem,
  type Reference,
  readItemData,
  readItems,
  readReferences,
  readUint,
} from "./avif-items.ts";
import type { Box } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { type ItemAssociations, associationsIn } from "./item-properties.ts";

/** The parts of an AVIF, and which of its items the image needs. */
export interface AvifImage {
  boxes: AvifBoxes;
  items: readonly PlacedItem[];
  references: readonly Reference[];
  associations: readonly ItemAssociations[];
  primaryId: number | undefined;
  /** The image itself, its tiles, its alpha and its gain map. */
  neededIds: ReadonlySet<number>;
  propertiesOf: (id: number) => readonly Box[];
}

/** Coded images and images derived from others: grid, identity, tone map (a gain map). */
const CODED_IMAGES = new Set(["av01", "grid", "iden", "tmap"]);

/** ISO/IEC 23000-22, 4.1: the names for alpha. The second comes from HEVC. */
const ALPHA = new Set([
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0",
  "urn:mpeg:hevc:2015:auxid:1\0",
]);
const FULL_BOX_BYTES = 4;

/** Throws a RangeError if the file is ambiguous. */
export function readAvifImage(bytes: Uint8Array): AvifImage {
  const boxes = readAvifBoxes(bytes);
  const { file } = boxes;
  const iref = file.get("iref");
  const items = file.has("meta") ? readPlacedItems(bytes, file) : [];
  const references = iref ? readReferences(bytes, iref) : [];
  const view = viewOf(bytes);
  const associations = boxes.associations.flatMap((ipma) => readAssociations(view, ipma));
  const byItem = new Map(associations.map((entry) => [entry.itemId, entry]));
  if (byItem.size < associations.length) {
    throw new RangeError("Cannot tell which properties of an item count");
  }
  const propertiesOf = (id: number) =>
    (byItem.get(id)?.associations ?? []).flatMap(({ index }) => boxes.properties[index - 1] ?? []);
  const primaryId = file.has("meta") ? readPrimaryId(bytes, file) : undefined;
  const isAlpha = (id: number) =>
    propertiesOf(id).some((box) => box.type === "auxC" && isAlphaName(bytes, box));
  const neededIds = needed({ items, references, primaryId, isAlpha });
  return { boxes, items, references, associations, primaryId, neededIds, propertiesOf };
}

/** Reads `auxC` or `auxi`. Other data may follow the name. */
function isAlphaName(bytes: Uint8Array, box: Box): boolean {
  return endOfAlphaName(bytes, box) !== undefined;
}

export function endOfAlphaName(bytes: Uint8Array, { start, end }: Box): number | undefined {
  const nameAt = start + FULL_BOX_BYTES;
  for (const name of ALPHA) {
    if (nameAt + name.length <= end && asciiAt(bytes, nameAt, name.length) === name) {
      return nameAt + name.length;
    }
  }
  return undefined;
}

export function isCodedImage({ type }: AvifItem): boolean {
  return CODED_IMAGES.has(type);
}

function readPlacedItems(bytes: Uint8Array, file: AvifBoxes["file"]): PlacedItem[] {
  const [iinf, iloc, idat] = ["iinf", "iloc", "idat"].map((type) => file.get(type));
  if (!iinf || !iloc) {
    throw new RangeError("Cannot find the items of an AVIF");
  }
  const dataById = readItemData(bytes, iloc);
  let total = 0;
  return readItems(bytes, iinf).map((item) => {
    const { entryAt, isInIdat, ranges = [] } = dataById.get(item.id) ?? {};
    const base = isInIdat ? (idat?.start ?? bytes.length) : 0;
    const placed = ranges.map(({ start, end }) => ({ start: base + start, end: base + end }));
    for (const { start, end } of placed) {
      // Images may share data. Metadata may not, because ranges that overlap many times would take
      // forever to read.
      if (!isCodedImage(item)) {
        total += end - start;
      }
      // An extent without a length reaches to the end of the file.
      if (end <= start || end > bytes.length || total > bytes.length) {
        throw new RangeError("Cannot find the data of an item");
      }
    }
    return { ...item, ranges: placed, entryAt };
  });
}

function readAssociations(view: DataView, ipma: Box): ItemAssociations[] {
  const entries: ItemAssociations[] = [];
  for (const entry of associationsIn(view, ipma)) {
    if (entry.end > ipma.end) {
      throw new RangeError("Cannot read a list that was cut short");
    }
    entries.push(entry);
  }
  return entries;
}

function readPrimaryId(bytes: Uint8Array, file: AvifBoxes["file"]): number {
  const pitm = file.get("pitm");
  if (!pitm) {
    throw new RangeError("Cannot find the primary item of an AVIF");
  }
  const view = viewOf(bytes);
  return readUint(view, pitm.start + FULL_BOX_BYTES, view.getUint8(pitm.start) === 0 ? 2 : 4);
}

/** Thumbnails, other photos and depth maps cannot be reached from the primary item. */
function needed(image: {
  items: readonly AvifItem[];
  references: readonly Reference[];
  primaryId: number | undefined;
  isAlpha: (id: number) => boolean;
}): Set<number> {
  const types = new Map(image.items.filter(isCodedImage).map(({ id, type }) => [id, type]));
  const next = new Map<number, number[]>();
  const lead = (from: number, to: number) => {
    const known = next.get(from);
    if (known) {
      known.push(to);
    } else {
      next.set(from, [to]);
    }
  };
  for (const { type, from, to } of image.references) {
    for (const id of to) {
      if (type === "dimg") {
        lead(from, id);
      }
      if (type === "dimg" && types.get(from) === "tmap") {
        lead(id, from);
      }
      if (type === "auxl" && image.isAlpha(from)) {
        lead(id, from);
      }
    }
  }
  const found = new Set<number>();
  const waiting = image.primaryId === undefined ? [] : [image.primaryId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id) || !types.has(id)) {
      continue;
    }
    found.add(id);
    waiting.push(...(next.get(id) ?? []));
  }
  return found;
}
