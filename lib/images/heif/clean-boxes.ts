import type { AvifBoxes, KeptBox } from "./avif-boxes.ts";
import { endOfAlphaName } from "./avif-image.ts";
import { MAX_TICKS } from "./avif-samples.ts";
import { afterTimes } from "./avif-tracks.ts";
import { createObuWalker } from "./av1-obus.ts";
import type { Box } from "./boxes.ts";
import { cleanFields, write } from "./box-fields.ts";
import { asciiAt, viewOf } from "../bytes.ts";
import { cleanObus } from "./clean-obus.ts";
import { cleanIccProfile } from "../icc-profile.ts";

const COLOUR_TYPE_BYTES = 4;
const PROFILE_TYPES = new Set(["prof", "rICC"]);
const AV1C_FIELD_BYTES = 4;
const PLAIN = "00000000";
const MAX_DURATION = 2n ** 48n;
/** A real animation has one edit. */
const MAX_EDITS = 100;

/** The known brands of AVIF, HEIF and MP4. */
const BRANDS = new Set(
  "avif avis avio mif1 mif2 mif3 miaf msf1 MiHB MiHE MiHA MA1A MA1B MiPr MiAn tmap heic heix heim heis hevc hevx hevm hevs heif unif geo1 1pic isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 av01".split(
    " ",
  ),
);

/** Clears fields of the kept boxes in place. cleanItemLists() handles the boxes in `ipco`. */
export function cleanBoxes(output: Uint8Array, { kept }: AvifBoxes): void {
  for (const box of kept) {
    SPECIAL.get(box.type)?.(output, box);
    cleanFields(output, box, box.fieldsEnd);
  }
}

/**
 * Clears fields of a property. `false`: the property must go as a whole, because browsers ignore it
 * or Chromium would not show the image with it.
 */
export function cleanProperty(output: Uint8Array, box: Box): boolean {
  const clean = PROPERTIES.get(box.type);
  if (clean) {
    return clean(output, box);
  }
  cleanFields(output, box, box.end);
  return PLAIN_PROPERTIES.has(box.type);
}

type Cleaner = (output: Uint8Array, box: KeptBox) => void;
const SPECIAL: ReadonlyMap<string, Cleaner> = new Map<string, Cleaner>([
  ["ftyp", cleanBrands],
  ["av1C", (output, box) => void cleanConfiguration(output, box)],
  ["colr", (output, box) => cleanColour(output, box) || free(output, box)],
  ["auxi", (output, box) => cleanAuxiliary(output, box) || free(output, box)],
  ["mvhd", (output, box) => believe(output, box, { scaleAt: 0, durationAt: 4 })],
  ["mdhd", (output, box) => believe(output, box, { scaleAt: 0, durationAt: 4 })],
  ["tkhd", (output, box) => believe(output, box, { durationAt: 8 })],
  ["elst", cleanEdits],
]);

const PLAIN_PROPERTIES = new Set(["ispe", "irot", "imir", "a1op", "lsel", "clli"]);
const PROPERTIES: ReadonlyMap<string, (output: Uint8Array, box: Box) => boolean> = new Map([
  ["av1C", cleanConfiguration],
  ["colr", cleanColour],
  ["auxC", cleanAuxiliary],
  ["pixi", cleanDepths],
  ["clap", cleanCrop],
  ["a1lx", cleanLayers],
]);

/** Turns a box into free space. It keeps its number among the properties. */
export function free(output: Uint8Array, { at, start, end }: Box): void {
  output.set(Buffer.from("free"), at + 4);
  output.fill(0, start, end);
}

function cleanBrands(output: Uint8Array, { start, end }: Box): void {
  const brand = (at: number) => asciiAt(output, at);
  // No program reads the version of the major brand.
  output.fill(0, start + 4, start + 8);
  for (let at = start; at < end; at += 4) {
    if (at === start + 4) {
      continue;
    }
    if (at + 4 > end || !BRANDS.has(brand(at))) {
      output.fill(0, at, Math.min(at + 4, end));
    }
  }
}

function cleanConfiguration(output: Uint8Array, { start, end }: Box): boolean {
  cleanObus(output.subarray(start + AV1C_FIELD_BYTES, end), createObuWalker());
  return true;
}

/** Zeros follow a shortened profile, which states its own size. */
function cleanColour(output: Uint8Array, { start, end }: Box): boolean {
  const type = asciiAt(output, start);
  if (type === "nclx") {
    write(output, { start, end }, [COLOUR_TYPE_BYTES + 7]);
    output[start + 10] = (output[start + 10] ?? 0) & 0x80;
    return true;
  }
  if (!PROFILE_TYPES.has(type)) {
    return false;
  }
  const icc = output.subarray(start + COLOUR_TYPE_BYTES, end);
  const clean = cleanIccProfile(Uint8Array.from(icc));
  if (clean === undefined) {
    return false;
  }
  if (clean.length > icc.length) {
    throw new RangeError("Cannot fit a profile into its box");
  }
  icc.set(clean);
  icc.fill(0, clean.length);
  return true;
}

function cleanAuxiliary(output: Uint8Array, box: Box): boolean {
  const end = endOfAlphaName(output, box);
  if (end === undefined) {
    return false;
  }
  output.fill(0, box.start, box.start + 4);
  output.fill(0, end, box.end);
  return true;
}

/** ISO/IEC 23008-12, 6.5.6: the number of channels, and the bits of each. */
function cleanDepths(output: Uint8Array, { start, end }: Box): boolean {
  const channels = viewOf(output).getUint8(start + 4);
  write(output, { start, end }, [PLAIN, 1 + channels]);
  const depths = output.subarray(start + 5, start + 5 + channels);
  if (channels > 4 || depths.some((depth) => depth > 16)) {
    throw new RangeError("Cannot accept an implausible bit depth");
  }
  return true;
}

/** Normalises a crop to whole pixels. Chromium ignores any other crop. */
function cleanCrop(output: Uint8Array, { start, end }: Box): boolean {
  const view = viewOf(output);
  const fraction = (at: number) => view.getInt32(at) / view.getInt32(at + 4);
  const sizes = [fraction(start), fraction(start + 8)];
  const halves = [2 * fraction(start + 16), 2 * fraction(start + 24)];
  if (
    ![...sizes, ...halves].every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 17)
  ) {
    return false;
  }
  write(output, { start, end }, [32]);
  const denominators = [4, 12, 20, 28].map((at) => view.getInt32(start + at));
  if (denominators.every((value) => value === 1 || value === 2)) {
    return true;
  }
  for (const [index, value] of sizes.entries()) {
    view.setInt32(start + 8 * index, value);
    view.setInt32(start + 8 * index + 4, 1);
  }
  for (const [index, value] of halves.entries()) {
    view.setInt32(start + 16 + 8 * index, value);
    view.setInt32(start + 20 + 8 * index, 2);
  }
  return true;
}

/** AVIF, 2.3.2.3: the byte sizes of the first layers, in 16 or 32 bits each. */
function cleanLayers(output: Uint8Array, { start, end }: Box): boolean {
  const view = viewOf(output);
  const isLarge = (view.getUint8(start) & 1) === 1;
  write(output, { start, end }, [1, isLarge ? 12 : 6]);
  const sizes = [1, 5, 9].map((at) => (isLarge ? view.getUint32(start + at) : 0));
  if (sizes.some((size) => size > output.length)) {
    throw new RangeError("Cannot accept an implausible layer size");
  }
  return true;
}

/**
 * Refuses numbers that no animation has: letters could hide in them. Both offsets count from the
 * end of the times.
 */
function believe(
  output: Uint8Array,
  box: Box,
  { scaleAt, durationAt }: { scaleAt?: number; durationAt: number },
): void {
  const view = viewOf(output);
  const at = afterTimes(output, box);
  const isWide = view.getUint8(box.start) !== 0;
  const duration = isWide ? view.getBigUint64(at + durationAt) : 0n;
  const isEndless = duration === 2n ** 64n - 1n;
  const ticks = scaleAt === undefined ? 0 : view.getUint32(at + scaleAt);
  if (ticks >= MAX_TICKS || (!isEndless && duration >= MAX_DURATION)) {
    throw new RangeError("Cannot accept an implausible animation length");
  }
}

/**
 * ISO/IEC 14496-12, 8.6.6: a repeat flag and a count, then the duration, start and rate of each
 * edit.
 */
function cleanEdits(output: Uint8Array, { start, end }: Box): void {
  const view = viewOf(output);
  const bytes = view.getUint8(start) === 0 ? 4 : 8;
  const count = view.getUint32(start + 4);
  const entryBytes = 2 * bytes + 4;
  if (count > MAX_EDITS || start + 8 + count * entryBytes > end) {
    throw new RangeError("Cannot read more edits than allowed");
  }
  write(output, { start, end }, [1, "0000", 1, 4 + count * entryBytes]);
  for (let index = 0; index < count; index += 1) {
    const at = start + 8 + index * entryBytes;
    if (bytes === 8 && view.getBigUint64(at) >= MAX_DURATION) {
      throw new RangeError("Cannot accept an implausible duration");
    }
    write(output, { start: at, end: at + entryBytes }, [bytes, "00".repeat(bytes), "00010000"]);
  }
}
