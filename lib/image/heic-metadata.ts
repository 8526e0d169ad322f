import { readItemData, readItems } from "./avif-items.ts";
import { type Box, filledBoxes } from "./boxes.ts";
import { asciiAt, viewOf } from "./bytes.ts";
import { kindsOf, type MetadataKind } from "./metadata-kinds.ts";

const FULL_BOX_BYTES = 4;
const METADATA_ITEMS = new Set(["Exif", "mime"]);

/** What a HEIC says beside its pixels, as far as it can be read: none of it is in the JPEG that is made of it. */
export function kindsOfHeic(bytes: Uint8Array): MetadataKind[] {
  try {
    const meta = boxesByType(bytes, 0, bytes.length).get("meta");
    const boxes = meta && boxesByType(bytes, meta.start + FULL_BOX_BYTES, meta.end);
    const [iinf, iloc] = [boxes?.get("iinf"), boxes?.get("iloc")];
    if (iinf === undefined || iloc === undefined) return [];
    const data = readItemData(bytes, iloc);
    const blocks = readItems(bytes, iinf)
      .filter(({ type }) => METADATA_ITEMS.has(type))
      .flatMap(({ id, type }) =>
        (data.get(id)?.ranges ?? []).map(({ start, end }) => {
          const block = bytes.subarray(start, end);
          return type === "Exif" ? tiffOf(block) : block;
        }),
      );
    return [...new Set(blocks.flatMap(kindsOf))];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function boxesByType(bytes: Uint8Array, from: number, to: number): Map<string, Box> {
  return new Map(Array.from(filledBoxes(bytes, from, to), (box) => [box.type, box]));
}

// ISO/IEC 23008-12, A.2.1: how many bytes stand before the TIFF header, mostly "Exif\0\0".
function tiffOf(block: Uint8Array): Uint8Array {
  const tiff = block.subarray(4 + viewOf(block).getUint32(0));
  return asciiAt(tiff, 0) === "" ? block.subarray(4) : tiff;
}
