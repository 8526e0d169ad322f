import { readItemData, readItems } from "./avif-items.ts";
import { type Box, boxesIn, filledBoxes } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import { unlessBroken } from "../unless-broken.ts";
import { type Credit, creditIn } from "../credit.ts";
import { holdsGainMap } from "./gain-map.ts";
import { isProvenance } from "./provenance.ts";
import { type Exif, parseExif } from "../exif.ts";
import { createKindsReader, type MetadataKind } from "../metadata-kinds.ts";

const FULL_BOX_BYTES = 4;

/**
 * The kinds of metadata in a HEIC, as far as it can be read. The JPEG converted from it carries
 * none of them.
 */
export function kindsOfHeic(bytes: Uint8Array): MetadataKind[] {
  const kinds = packetsIn(bytes).flatMap(createKindsReader());
  for (const box of boxesIn(bytes, 0, bytes.length)) {
    if (isProvenance(bytes, box)) {
      kinds.push("credentials");
    }
  }
  if (holdsGainMap(bytes)) {
    kinds.push("hdr");
  }
  return [...new Set(kinds)];
}

/** Reads the credit of a HEIC or an AVIF, as far as it can be read. */
export function readHeifCredit(bytes: Uint8Array): Credit | undefined {
  return creditIn(packetsIn(bytes));
}

/** Reads the first EXIF block; empty if there is none or it is unreadable. */
export function readHeicExif(bytes: Uint8Array): Exif {
  const [block] = itemsOfType(bytes, "Exif");
  return parseExif(block === undefined ? new Uint8Array() : tiffOf(block));
}

/** Returns the EXIF and XMP blocks. */
function packetsIn(bytes: Uint8Array): Uint8Array[] {
  return [...itemsOfType(bytes, "Exif").map(tiffOf), ...itemsOfType(bytes, "mime")];
}

function itemsOfType(bytes: Uint8Array, wanted: "Exif" | "mime"): Uint8Array[] {
  return unlessBroken(() => {
    const meta = boxesByType(bytes, 0, bytes.length).get("meta");
    const boxes = meta && boxesByType(bytes, meta.start + FULL_BOX_BYTES, meta.end);
    const [iinf, iloc] = [boxes?.get("iinf"), boxes?.get("iloc")];
    if (iinf === undefined || iloc === undefined) {
      return [];
    }
    const data = readItemData(bytes, iloc);
    const idatAt = boxes?.get("idat")?.start ?? bytes.length;
    const blocks = readItems(bytes, iinf)
      .filter(({ type }) => type === wanted)
      .map(({ id }) => {
        const { isInIdat = false, ranges = [] } = data.get(id) ?? {};
        const base = isInIdat ? idatAt : 0;
        return ranges.map(({ start, end }) => bytes.subarray(base + start, base + end));
      });
    // Items that overlap many times would take forever to read.
    const total = blocks.flat().reduce((sum, part) => sum + part.length, 0);
    return total > bytes.length ? [] : blocks.map((parts) => Buffer.concat(parts));
  }, []);
}

function boxesByType(bytes: Uint8Array, from: number, to: number): Map<string, Box> {
  return new Map(Array.from(filledBoxes(bytes, from, to), (box) => [box.type, box]));
}

/**
 * ISO/IEC 23008-12, A.2.1: the block begins with the number of bytes that precede the TIFF header,
 * usually those of "Exif\0\0".
 */
function tiffOf(block: Uint8Array): Uint8Array {
  return block.length < 4 ? block : block.subarray(4 + viewOf(block).getUint32(0));
}
