import { readItemData, readItems } from "./avif-items.ts";
import { type Box, filledBoxes } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import { type Exif, parseExif } from "../exif.ts";
import { kindsOf, type MetadataKind } from "../metadata-kinds.ts";

const FULL_BOX_BYTES = 4;

/** What a HEIC says beside its pixels, as far as it can be read: none of it is in the JPEG that is made of it. */
export function kindsOfHeic(bytes: Uint8Array): MetadataKind[] {
  const blocks = [...itemsOfType(bytes, "Exif").map(tiffOf), ...itemsOfType(bytes, "mime")];
  return [...new Set(blocks.flatMap(kindsOf))];
}

/** Of the first EXIF block; empty where there is none that can be read. */
export function readHeicExif(bytes: Uint8Array): Exif {
  const [block] = itemsOfType(bytes, "Exif");
  return parseExif(block === undefined ? new Uint8Array() : tiffOf(block));
}

function itemsOfType(bytes: Uint8Array, wanted: "Exif" | "mime"): Uint8Array[] {
  try {
    const meta = boxesByType(bytes, 0, bytes.length).get("meta");
    const boxes = meta && boxesByType(bytes, meta.start + FULL_BOX_BYTES, meta.end);
    const [iinf, iloc] = [boxes?.get("iinf"), boxes?.get("iloc")];
    if (iinf === undefined || iloc === undefined) return [];
    const data = readItemData(bytes, iloc);
    const blocks = readItems(bytes, iinf)
      .filter(({ type }) => type === wanted)
      .flatMap(({ id }) => data.get(id)?.ranges ?? [])
      .map(({ start, end }) => bytes.subarray(start, end));
    // Items that overlap again and again would take for ever to read.
    const total = blocks.reduce((sum, block) => sum + block.length, 0);
    return total > bytes.length ? [] : blocks;
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function boxesByType(bytes: Uint8Array, from: number, to: number): Map<string, Box> {
  return new Map(Array.from(filledBoxes(bytes, from, to), (box) => [box.type, box]));
}

// ISO/IEC 23008-12, A.2.1: first how many bytes stand before the TIFF header, mostly those of "Exif\0\0".
function tiffOf(block: Uint8Array): Uint8Array {
  return block.length < 4 ? block : block.subarray(4 + viewOf(block).getUint32(0));
}
