import type { ImageSize } from "./image-size.ts";
import { asciiAt, viewOf } from "./bytes.ts";

interface Box {
  type: string;
  start: number;
  end: number;
}

interface Property {
  box: Box;
  isEssential: boolean;
}

interface Association {
  index: number;
  isEssential: boolean;
}

const BOX_HEADER_BYTES = 8;
const FULL_BOX_BYTES = 4;
const TRANSFORMS = new Set(["clap", "irot", "imir"]);

// Far beyond any real file, and little enough for the library, which keeps every box that it reads in there.
const MAX_FTYP_BYTES = 4096;
const MAX_META_BYTES = 4 * 1024 * 1024;
const MAX_BOXES = 10_000;

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

  const transforms = primaryProperties(bytes, meta)?.filter(({ box }) => TRANSFORMS.has(box.type));
  if (!transforms?.every(({ isEssential }) => isEssential)) return undefined;
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

// The properties that `ipma` ties to the primary item. An `av1C` among the known ones tells AVIF from HEIC.
function primaryProperties(bytes: Uint8Array, meta: Box): Property[] | undefined {
  const pitm = findBox(bytes, "pitm", meta.start + FULL_BOX_BYTES, meta.end);
  const iprp = findBox(bytes, "iprp", meta.start + FULL_BOX_BYTES, meta.end);
  const ipco = iprp && findBox(bytes, "ipco", iprp.start, iprp.end);
  const ipma = iprp && findBox(bytes, "ipma", iprp.start, iprp.end);
  if (pitm === undefined || ipco === undefined || ipma === undefined) return undefined;

  const boxes = [...boxesIn(bytes, ipco.start, ipco.end)];
  if (!boxes.some(({ type }) => type === "av1C")) return undefined;
  const view = viewOf(bytes);
  const primaryId =
    view.getUint8(pitm.start) === 0
      ? view.getUint16(pitm.start + 4)
      : view.getUint32(pitm.start + 4);
  return associationsOf(view, ipma, primaryId).flatMap(({ index, isEssential }) => {
    const box = boxes[index - 1];
    return box === undefined ? [] : [{ box, isEssential }];
  });
}

// ISO/IEC 23008-12, 9.3: an index of 7 or 15 bits, the first bit before it says "essential".
function associationsOf(view: DataView, ipma: Box, itemId: number): Association[] {
  const idBytes = view.getUint8(ipma.start) === 0 ? 2 : 4;
  const indexBytes = view.getUint8(ipma.start + 3) & 1 ? 2 : 1;
  let at = ipma.start + 8;
  for (let left = view.getUint32(ipma.start + FULL_BOX_BYTES); left > 0; left -= 1) {
    const id = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    const count = view.getUint8(at + idBytes);
    const first = at + idBytes + 1;
    if (id === itemId)
      return Array.from({ length: count }, (_, n) =>
        readAssociation(view, first + n * indexBytes, indexBytes),
      );
    at = first + count * indexBytes;
  }
  return [];
}

function readAssociation(view: DataView, at: number, indexBytes: 1 | 2): Association {
  const value = indexBytes === 1 ? view.getUint8(at) : view.getUint16(at);
  const essentialBit = indexBytes === 1 ? 0x80 : 0x8000;
  return { index: value % essentialBit, isEssential: value >= essentialBit };
}

function findBox(bytes: Uint8Array, type: string, start: number, end: number): Box | undefined {
  for (const box of boxesIn(bytes, start, end)) if (box.type === type) return box;
  return undefined;
}

function* boxesIn(bytes: Uint8Array, start: number, end: number): Generator<Box> {
  const view = viewOf(bytes);
  let at = start;
  for (let count = 0; count < MAX_BOXES && at + BOX_HEADER_BYTES <= end; count += 1) {
    const size = view.getUint32(at);
    const isLarge = size === 1;
    const bodyAt = at + BOX_HEADER_BYTES + (isLarge ? 8 : 0);
    const next = isLarge ? at + Number(view.getBigUint64(at + 8)) : size === 0 ? end : at + size;
    if (next < bodyAt || next > end) return;
    yield { type: asciiAt(bytes, at + 4), start: bodyAt, end: next };
    at = next;
  }
}
