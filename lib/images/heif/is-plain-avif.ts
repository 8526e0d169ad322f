import type { PlacedItem } from "./avif-items.ts";
import { type AvifImage, readAvifImage } from "./avif-image.ts";
import type { Box } from "./boxes.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { type ColourNumbers, type SequenceHeader, findSequenceHeader } from "./sequence-header.ts";

/**
 * ITU-T H.273: BT.709 or unspecified; transfers that Chromium draws like sRGB; matrices that it
 * supports.
 */
const SDR_PRIMARIES = new Set([1, 2]);
const SDR_TRANSFERS = new Set([1, 2, 6, 13]);
const MATRICES = new Set([0, 1, 2, 4, 5, 6, 7, 9]);
const UNSPECIFIED = 2;

const PROFESSIONAL = 2;
const COLOUR_CHANNELS = 3;
/** Properties of images with several layers. */
const LAYERED = new Set(["a1op", "lsel"]);

/**
 * Whether `av1C`, `pixi`, `ispe`, `colr` and the coded images all describe the pixels alike.
 * libheif decodes monochrome images, including alpha, too dark or too light. Early files of the
 * Professional profile (4:2:2, 12 bits) describe themselves wrongly, and Chromium draws nothing.
 */
export function isPlainAvif(bytes: Uint8Array): boolean {
  const image = readAvifImage(bytes);
  const coded = image.items.filter(({ id, type }) => type === "av01" && image.neededIds.has(id));
  const headers = coded.map((item) => findSequenceHeader(dataOf(bytes, item)));
  const isSaidTwice = coded.every(({ id }, index) => {
    const header = headers[index];
    return header !== undefined && isDescribed(bytes, image.propertiesOf(id), header);
  });
  return isSaidTwice && isPlainColour(headers, colourOf(bytes, image));
}

function dataOf(bytes: Uint8Array, { ranges }: PlacedItem): Uint8Array {
  const [first] = ranges;
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  // Ranges that overlap many times would take forever to read.
  if (total > bytes.length) {
    throw new RangeError("Cannot find the data of an image");
  }
  return first && ranges.length === 1
    ? bytes.subarray(first.start, first.end)
    : Buffer.concat(ranges.map(({ start, end }) => bytes.subarray(start, end)));
}

function isDescribed(bytes: Uint8Array, boxes: readonly Box[], header: SequenceHeader): boolean {
  const view = viewOf(bytes);
  const isTrue: Record<string, (box: Box) => boolean> = {
    av1C: ({ start }) =>
      view.getUint16(start + 1) >> 2 === flagsOf(header, view.getUint16(start + 1)) >> 2,
    ispe: ({ start }) =>
      view.getUint32(start + 4) === header.width && view.getUint32(start + 8) === header.height,
    pixi: ({ start, end }) =>
      view.getUint8(start + 4) === COLOUR_CHANNELS &&
      bytes
        .subarray(start + 5, end)
        .every((bits, n) => n >= COLOUR_CHANNELS || bits === header.bitDepth),
  };
  const isKnown = boxes.some(({ type }) => type === "av1C");
  const isWhole = header.operatingPoints === 1 && !boxes.some(({ type }) => LAYERED.has(type));
  const isPlain = !header.isMonochrome && header.profile !== PROFESSIONAL;
  return isKnown && isWhole && isPlain && boxes.every((box) => isTrue[box.type]?.(box) ?? true);
}

/**
 * AV1 in ISO base media, 2.3.3: the second and third byte of `av1C`. Level and tier are taken as
 * they are.
 */
function flagsOf(header: SequenceHeader, said: number): number {
  const { profile, bitDepth, isMonochrome, subsampling } = header;
  return (
    (profile << 13) |
    (said & 0x1f80) |
    (bitDepth > 8 ? 0x40 : 0) |
    (bitDepth > 10 ? 0x20 : 0) |
    (isMonochrome ? 0x10 : 0) |
    (subsampling[0] << 3) |
    (subsampling[1] << 2)
  );
}

interface Colour {
  numbers: ColourNumbers | undefined;
  hasProfile: boolean;
  isSaidOnce: boolean;
}

/** The image and all its tiles must declare the same colours. */
function colourOf(bytes: Uint8Array, { items, neededIds, propertiesOf }: AvifImage): Colour {
  const boxes = items
    .filter(({ id, type }) => type !== "tmap" && neededIds.has(id))
    .flatMap(({ id }) => propertiesOf(id).filter(({ type }) => type === "colr"));
  const distinct = new Map([...new Set(boxes)].map((box) => [contentOf(bytes, box), box]));
  const colours = [...distinct.values()];
  const numbers = colours.filter(({ start }) => asciiAt(bytes, start) === "nclx");
  const [first] = numbers;
  return {
    numbers: first && numbersIn(bytes, first),
    hasProfile: colours.length > numbers.length,
    isSaidOnce: numbers.length <= 1 && colours.length - numbers.length <= 1,
  };
}

function contentOf(bytes: Uint8Array, { start, end }: Box): string {
  return asciiAt(bytes, start, end - start);
}

/** ISO/IEC 23008-12, 6.5.5. */
function numbersIn(bytes: Uint8Array, { start }: Box): ColourNumbers {
  const view = viewOf(bytes);
  const [primaries, transfer, matrix] = [4, 6, 8].map((at) => view.getUint16(start + at));
  return {
    primaries: primaries ?? UNSPECIFIED,
    transfer: transfer ?? UNSPECIFIED,
    matrix: matrix ?? UNSPECIFIED,
    isFullRange: view.getUint8(start + 10) >= 0x80,
  };
}

function isPlainColour(headers: readonly SequenceHeader[], colour: Colour): boolean {
  const { numbers, hasProfile, isSaidOnce } = colour;
  const [first] = headers;
  if (first === undefined || !isSaidOnce) {
    return false;
  }
  return headers.every((header) => {
    const said = numbers ?? header;
    const isSdr = SDR_PRIMARIES.has(said.primaries) && SDR_TRANSFERS.has(said.transfer);
    // 10-bit files without any colour information are mostly HDR.
    const isColour = numbers ? isSdr : hasProfile || (isSdr && header.bitDepth === 8);
    return (
      isColour && MATRICES.has(said.matrix) && isAgreed(said, header) && isAgreed(header, first)
    );
  });
}

function isAgreed(one: ColourNumbers, other: ColourNumbers): boolean {
  return (
    one.isFullRange === other.isFullRange &&
    isSame(one.primaries, other.primaries) &&
    isSame(one.transfer, other.transfer) &&
    isSame(one.matrix, other.matrix)
  );
}

function isSame(one: number, other: number): boolean {
  return one === other || one === UNSPECIFIED || other === UNSPECIFIED;
}
