import { type Box, findBox } from "./boxes.ts";
import { viewOf } from "../bytes.ts";
import type { ImageSize } from "../image-size.ts";
import { readProperties } from "./item-properties.ts";

const TRANSFORMS = new Set(["clap", "irot", "imir"]);

// libavif's default limits.
const MAX_PIXELS = 16_384 * 16_384;
const MAX_SIDE = 32_768;

/**
 * Chromium crops by `clap`, if the crop starts at the top left (any other is ignored), then turns by `irot`; `imir`
 * changes no size and EXIF is ignored. Of a repeated property the first counts; one not marked essential is refused.
 */
export function inspectAvif(bytes: Uint8Array): ImageSize | undefined {
  const meta = findBox(bytes, "meta", 0, bytes.length);
  const properties = meta && readProperties(bytes, meta);
  // Tells AVIF from HEIC.
  if (!properties?.all.some(({ type }) => type === "av1C")) return undefined;
  const primary = properties.ofItem(properties.primaryId);
  const extents = primary.find(({ box }) => box.type === "ispe");
  const stored = extents && sizeIn(bytes, extents.box);
  if (stored === undefined || stored.width * stored.height > MAX_PIXELS) return undefined;
  if (Math.max(stored.width, stored.height) > MAX_SIDE) return undefined;

  const transforms = primary.filter(({ box }) => TRANSFORMS.has(box.type));
  if (!transforms.every(({ isEssential }) => isEssential)) return undefined;
  const crop = transforms.find(({ box }) => box.type === "clap");
  const rotation = transforms.find(({ box }) => box.type === "irot");
  const cropped = crop ? croppedSize(bytes, crop.box, stored) : stored;
  return rotation ? rotatedSize(bytes, rotation.box, cropped) : cropped;
}

// ISO/IEC 23008-12, 6.5.3.
function sizeIn(bytes: Uint8Array, { start }: Box): ImageSize {
  const view = viewOf(bytes);
  return { width: view.getUint32(start + 4), height: view.getUint32(start + 8) };
}

// ISO/IEC 14496-12, 12.1.4: a size, and how far its centre lies from the image's, as fractions.
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
