import { type Box, findBox } from "./boxes.ts";
import { brandsOf } from "./brands.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { cleanIccProfile } from "../icc-profile.ts";
import type { ImageSize } from "../image-size.ts";
import { inspectAnimation } from "./inspect-animation.ts";
import { readProperties } from "./item-properties.ts";

const TRANSFORMS = new Set(["clap", "irot", "imir"]);

/**
 * The properties that Chromium understands. It does not show an image with any other essential one.
 */
const UNDERSTOOD = new Set(
  "ispe pixi av1C colr auxC pasp clap irot imir a1op lsel a1lx clli".split(" "),
);

const PROFILE_TYPES = new Set(["prof", "rICC"]);

/** libavif's default limits. */
const MAX_PIXELS = 16_384 * 16_384;
const MAX_SIDE = 32_768;

/**
 * Computes the size as Chromium does. It crops by `clap` if the crop starts at the top left, and
 * ignores any other crop; then it rotates by `irot`. `imir` does not change the size, and EXIF is
 * ignored. The first of repeated properties counts; a transform that is not marked essential makes
 * Chromium refuse the image. Chromium plays an animation if there is one, unless the major brand
 * says still image.
 */
export function inspectAvif(bytes: Uint8Array): ImageSize | undefined {
  const meta = findBox(bytes, "meta", 0, bytes.length);
  const [major, ...brands] = brandsOf(bytes);
  const animation = major === "avif" ? undefined : inspectAnimation(bytes);
  if (animation) {
    return meta === undefined && brands.includes("avif") ? undefined : sane(animation);
  }
  const properties = meta && readProperties(bytes, meta);
  // `av1C` tells AVIF from HEIC.
  if (!properties?.all.some(({ type }) => type === "av1C")) {
    return undefined;
  }
  const primary = properties.ofItem(properties.primaryId);
  const extents = primary.find(({ box }) => box.type === "ispe");
  const stored = extents && sane(sizeIn(bytes, extents.box));
  if (stored === undefined) {
    return undefined;
  }
  if (primary.some(({ box, isEssential }) => isEssential && !UNDERSTOOD.has(box.type))) {
    return undefined;
  }
  if (!primary.every(({ box }) => isUsableColour(bytes, box))) {
    return undefined;
  }

  const transforms = primary.filter(({ box }) => TRANSFORMS.has(box.type));
  if (!transforms.every(({ isEssential }) => isEssential)) {
    return undefined;
  }
  const crop = transforms.find(({ box }) => box.type === "clap");
  const rotation = transforms.find(({ box }) => box.type === "irot");
  const cropped = crop ? croppedSize(bytes, crop.box, stored) : stored;
  return rotation ? rotatedSize(bytes, rotation.box, cropped) : cropped;
}

function sane({ width, height }: ImageSize): ImageSize | undefined {
  const isTooLarge = width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE;
  return isTooLarge ? undefined : { width, height };
}

/** Chromium does not show an image whose profile it cannot read. */
function isUsableColour(bytes: Uint8Array, { type, start, end }: Box): boolean {
  if (type !== "colr" || !PROFILE_TYPES.has(asciiAt(bytes, start))) {
    return true;
  }
  return cleanIccProfile(bytes.subarray(start + 4, end)) !== undefined;
}

/** ISO/IEC 23008-12, 6.5.3. */
function sizeIn(bytes: Uint8Array, { start }: Box): ImageSize {
  const view = viewOf(bytes);
  return { width: view.getUint32(start + 4), height: view.getUint32(start + 8) };
}

/** ISO/IEC 14496-12, 12.1.4: a size and the offset of its centre from the image's, as fractions. */
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

/**
 * Counts anticlockwise quarter turns. The upper six bits are reserved, and Chromium refuses the
 * image if they are set.
 */
function rotatedSize(bytes: Uint8Array, irot: Box, size: ImageSize): ImageSize | undefined {
  const quarterTurns = viewOf(bytes).getUint8(irot.start);
  if (quarterTurns > 3) {
    return undefined;
  }
  return quarterTurns % 2 === 1 ? { width: size.height, height: size.width } : size;
}
