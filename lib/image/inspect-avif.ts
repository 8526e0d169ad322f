import type { Box } from "./boxes.ts";
import { asciiAt, viewOf } from "./bytes.ts";
import type { ImageSize } from "./image-size.ts";
import { findBox, readProperties } from "./item-properties.ts";

const TRANSFORMS = new Set(["clap", "irot", "imir"]);

// Far beyond any real file, and little enough for the library, which keeps every box that it reads in there.
const MAX_FTYP_BYTES = 4096;
const MAX_META_BYTES = 4 * 1024 * 1024;

// libavif's default limits.
const MAX_PIXELS = 16_384 * 16_384;
const MAX_SIDE = 32_768;

/**
 * Chromium crops by `clap`, if the crop starts at the top left (any other is ignored), then turns by `irot`; `imir`
 * changes no size and EXIF is ignored. Of a repeated property the first counts; one not marked essential is refused.
 */
export function inspectAvif(bytes: Uint8Array, stored: ImageSize): ImageSize | undefined {
  const ftyp = findBox(bytes, "ftyp", 0, bytes.length);
  const meta = findBox(bytes, "meta", 0, bytes.length);
  if (ftyp === undefined || meta === undefined || !hasAvifBrand(bytes, ftyp)) return undefined;
  if (stored.width * stored.height > MAX_PIXELS) return undefined;
  if (Math.max(stored.width, stored.height) > MAX_SIDE) return undefined;

  const properties = readProperties(bytes, meta);
  // Tells AVIF from HEIC.
  if (!properties?.all.some(({ type }) => type === "av1C")) return undefined;
  const transforms = properties
    .ofItem(properties.primaryId)
    .filter(({ box }) => TRANSFORMS.has(box.type));
  if (!transforms.every(({ isEssential }) => isEssential)) return undefined;
  const crop = transforms.find(({ box }) => box.type === "clap");
  const rotation = transforms.find(({ box }) => box.type === "irot");
  const cropped = crop ? croppedSize(bytes, crop.box, stored) : stored;
  return rotation ? rotatedSize(bytes, rotation.box, cropped) : cropped;
}

/** False for a file of boxes (AVIF, HEIC, MP4) whose header is missing or so large that reading it would exhaust memory. */
export function hasReadableBoxes(bytes: Uint8Array): boolean {
  if (asciiAt(bytes, 4) !== "ftyp") return true;
  const ftyp = findBox(bytes, "ftyp", 0, bytes.length);
  const meta = findBox(bytes, "meta", 0, bytes.length);
  if (ftyp === undefined || meta === undefined) return false;
  return ftyp.end - ftyp.start <= MAX_FTYP_BYTES && meta.end - meta.start <= MAX_META_BYTES;
}

// The library also takes `avio` for a brand of its own.
function hasAvifBrand(bytes: Uint8Array, { start, end }: Box): boolean {
  return /^(?:.{4})*?avi[fs]/s.test(asciiAt(bytes, start, end - start));
}

// ISO/IEC 14496-12, 12.1.4: a size, and how far its centre lies from the picture's, as fractions.
function croppedSize(bytes: Uint8Array, clap: Box, stored: ImageSize): ImageSize {
  const view = viewOf(bytes);
  const width = readFraction(view, clap.start);
  const height = readFraction(view, clap.start + 8);
  const isTopLeft =
    isLeadingPart(stored.width, width, readFraction(view, clap.start + 16)) &&
    isLeadingPart(stored.height, height, readFraction(view, clap.start + 24));
  return isTopLeft ? { width, height } : stored;
}

function readFraction(view: DataView, at: number): number {
  return view.getInt32(at) / view.getInt32(at + 4);
}

function isLeadingPart(stored: number, cropped: number, centreOffset: number): boolean {
  const isWhole = Number.isInteger(cropped) && cropped > 0 && cropped <= stored;
  return isWhole && centreOffset * 2 === cropped - stored;
}

// Anticlockwise quarter turns; the six bits before them are reserved, and Chromium refuses them.
function rotatedSize(bytes: Uint8Array, irot: Box, size: ImageSize): ImageSize | undefined {
  const quarterTurns = viewOf(bytes).getUint8(irot.start);
  if (quarterTurns > 3) return undefined;
  return quarterTurns % 2 === 1 ? { width: size.height, height: size.width } : size;
}
