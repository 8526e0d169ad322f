import { unlessBroken } from "../unless-broken.ts";
import { readUint } from "./avif-items.ts";
import { type Box, boxesIn, findBox } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { ORIENTATION } from "../exif.ts";
import { readHeicExif } from "./heic-metadata.ts";
import { readProperties } from "./item-properties.ts";

/** The colour space of an image's pixel values. */
export type HeicColour =
  | { kind: "profile"; icc: Uint8Array }
  | { kind: "srgb" }
  /** Display P3 or BT.2020 without a profile, HDR, or unreadable: a JPEG cannot express it. */
  | { kind: "unknown" };

/**
 * ITU-T H.273: BT.709, unspecified, BT.601 with 625 or 525 lines; BT.709, unspecified, BT.601,
 * sRGB.
 */
const SRGB_PRIMARIES = new Set([1, 2, 5, 6]);
const SRGB_TRANSFERS = new Set([1, 2, 6, 13]);

const TURNS = new Set(["irot", "imir"]);

const PROFILE_TYPES = new Set(["prof", "rICC"]);
const COLOUR_TYPE_BYTES = 4;
const FULL_BOX_BYTES = 4;

/** A derived image may in turn derive from tiles. */
const MAX_DERIVATIONS = 4;

/**
 * Reads the `colr` of the primary item or, if it is a grid without one (iOS 11), of its first tile.
 * No `colr` means sRGB, and a profile wins over numbers. Never throws.
 */
export function readHeicColour(bytes: Uint8Array): HeicColour {
  return unlessBroken(() => readColour(bytes), undefined) ?? { kind: "unknown" };
}

/**
 * Returns the EXIF orientation left to apply after `irot` and `imir`: 1 (none) unless the file has
 * neither. EXIF is informative only (ISO/IEC 23008-12), but photos of some phones (Galaxy S24)
 * carry nothing else, and Apple's Photos honours it (libvips/libvips#2551, imgproxy/imgproxy#1418).
 * Never throws.
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

/** ISO/IEC 14496-12, 8.11.12: the source item, a count, and the target items. */
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
