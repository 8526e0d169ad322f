import { unlessBroken } from "../unless-broken.ts";
import { readUint } from "./avif-items.ts";
import { type Box, boxesIn, findBox } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { ORIENTATION } from "../exif.ts";
import { readHeicExif } from "./heic-metadata.ts";
import { readProperties } from "./item-properties.ts";

/** What the numbers of an image's pixels stand for. */
export type HeicColour =
  | { kind: "profile"; icc: Uint8Array }
  | { kind: "srgb" }
  /** Display P3 or BT.2020 without a profile, HDR, or too broken to tell: a JPEG cannot say so. */
  | { kind: "unknown" };

/** ITU-T H.273: BT.709, unspecified, BT.601 with 625 or 525 lines; BT.709, unspecified, BT.601, sRGB. */
const SRGB_PRIMARIES = new Set([1, 2, 5, 6]);
const SRGB_TRANSFERS = new Set([1, 2, 6, 13]);

const TURNS = new Set(["irot", "imir"]);

const PROFILE_TYPES = new Set(["prof", "rICC"]);
const COLOUR_TYPE_BYTES = 4;
const FULL_BOX_BYTES = 4;

/** An image that is turned may be made of one that is made of tiles. */
const MAX_DERIVATIONS = 4;

/**
 * What `colr` says of the item to be shown or, where it is a grid that says nothing, of its first tile (iOS 11). None at
 * all means sRGB, and a profile counts before numbers. Never throws.
 */
export function readHeicColour(bytes: Uint8Array): HeicColour {
  return unlessBroken(() => readColour(bytes), undefined) ?? { kind: "unknown" };
}

/**
 * What is left to do once `irot` and `imir` are heeded, as EXIF numbers it: nothing (1), unless the file has neither. EXIF
 * only informs there (ISO/IEC 23008-12), but for phones whose photos have nothing else (Galaxy S24), and for Apple's
 * Photos (libvips/libvips#2551, imgproxy/imgproxy#1418). Never throws.
 */
export function readHeicOrientation(bytes: Uint8Array): number {
  return isTurnedByItself(bytes) ? 1 : (readHeicExif(bytes).get(ORIENTATION) ?? 1);
}

function isTurnedByItself(bytes: Uint8Array): boolean {
  return unlessBroken(() => {
    const meta = findBox(bytes, "meta", 0, bytes.length);
    const properties = meta && readProperties(bytes, meta);
    return properties?.ofItem(properties.primaryId).some(({ box }) => TURNS.has(box.type)) ?? true;
  }, true);
}

function readColour(bytes: Uint8Array): HeicColour | undefined {
  const meta = findBox(bytes, "meta", 0, bytes.length);
  const properties = meta && readProperties(bytes, meta);
  if (meta === undefined || properties === undefined) {
    return undefined;
  }
  let id: number | undefined = properties.primaryId;
  for (let left = MAX_DERIVATIONS; left > 0 && id !== undefined; left -= 1) {
    const boxes = properties.ofItem(id).map(({ box }) => box);
    const colours = boxes.filter(({ type }) => type === "colr");
    if (colours.length > 0) {
      return colourOf(bytes, colours);
    }
    id = firstPartOf(bytes, meta, id);
  }
  return { kind: "srgb" };
}

function colourOf(bytes: Uint8Array, colours: readonly Box[]): HeicColour {
  const profile = colours.find(({ start }) => PROFILE_TYPES.has(asciiAt(bytes, start)));
  if (profile !== undefined) {
    const icc = bytes.subarray(profile.start + COLOUR_TYPE_BYTES, profile.end);
    return { kind: "profile", icc };
  }
  const numbers = colours.find(({ start }) => asciiAt(bytes, start) === "nclx");
  return { kind: numbers === undefined || isSrgb(bytes, numbers) ? "srgb" : "unknown" };
}

function isSrgb(bytes: Uint8Array, { start }: Box): boolean {
  const view = viewOf(bytes);
  const primaries = view.getUint16(start + COLOUR_TYPE_BYTES);
  const transfer = view.getUint16(start + COLOUR_TYPE_BYTES + 2);
  return SRGB_PRIMARIES.has(primaries) && SRGB_TRANSFERS.has(transfer);
}

/** ISO/IEC 14496-12, 8.11.12: from an item, how many to, to which. */
function firstPartOf(bytes: Uint8Array, meta: Box, itemId: number): number | undefined {
  const iref = findBox(bytes, "iref", meta.start + FULL_BOX_BYTES, meta.end);
  if (iref === undefined) {
    return undefined;
  }
  const view = viewOf(bytes);
  const idBytes = view.getUint8(iref.start) === 0 ? 2 : 4;
  for (const { type, start } of boxesIn(bytes, iref.start + FULL_BOX_BYTES, iref.end)) {
    const isOfItem = type === "dimg" && readUint(view, start, idBytes) === itemId;
    if (isOfItem && view.getUint16(start + idBytes) > 0) {
      return readUint(view, start + idBytes + 2, idBytes);
    }
  }
  return undefined;
}
