import { SEQUENCE_HEADER, createObuWalker } from "./av1-obus.ts";

/** Code points of ITU-T H.273; 2 means "unspecified". */
export interface ColourNumbers {
  primaries: number;
  transfer: number;
  matrix: number;
  isFullRange: boolean;
}

/** A coded image's description of itself (AV1, 5.5). */
export interface SequenceHeader extends ColourNumbers {
  profile: number;
  operatingPoints: number;
  width: number;
  height: number;
  bitDepth: number;
  isMonochrome: boolean;
  /** Horizontal and vertical: 1 means that the colours have half the resolution. */
  subsampling: readonly [number, number];
  /** The number of payload bits that the header takes. One set bit and zeros follow. */
  bits: number;
}

const UNSPECIFIED = 2;
const BT709 = 1;
const SRGB = 13;
const IDENTITY = 0;

/** Finds the last sequence header of a coded image. Throws a RangeError if there is none. */
export function findSequenceHeader(data: Uint8Array): SequenceHeader {
  let found: SequenceHeader | undefined;
  for (const { type, start, end } of createObuWalker()(data)) {
    if (type === SEQUENCE_HEADER) {
      found = readSequenceHeader(data.subarray(start, end));
    }
  }
  if (found === undefined) {
    throw new RangeError("Cannot find the sequence header of an image");
  }
  return found;
}

/** Throws a RangeError if the payload ends before the header does. */
export function readSequenceHeader(payload: Uint8Array): SequenceHeader {
  const bits = createBitReader(payload);
  const profile = bits.read(3);
  bits.read(1);
  const isReduced = bits.flag();
  const operatingPoints = isReduced ? skipLevel(bits) : skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  const width = bits.read(widthBits) + 1;
  const height = bits.read(heightBits) + 1;
  if (!isReduced && bits.flag()) {
    bits.read(4 + 3);
  }
  bits.read(3);
  if (!isReduced) {
    skipTools(bits);
  }
  bits.read(3);
  const colour = readColour(bits, profile);
  bits.read(1);
  return { profile, operatingPoints, width, height, ...colour, bits: bits.position() };
}

function skipLevel(bits: BitReader): number {
  bits.read(5);
  return 1;
}

function skipOperatingPoints(bits: BitReader): number {
  let delayBits: number | undefined;
  if (bits.flag()) {
    bits.read(32 + 32);
    if (bits.flag()) {
      skipUvlc(bits);
    }
    if (bits.flag()) {
      delayBits = bits.read(5) + 1;
      bits.read(32 + 5 + 5);
    }
  }
  const hasDisplayDelays = bits.flag();
  const count = bits.read(5) + 1;
  for (let left = count; left > 0; left -= 1) {
    bits.read(12);
    if (bits.read(5) > 7) {
      bits.read(1);
    }
    if (delayBits !== undefined && bits.flag()) {
      bits.read(2 * delayBits + 1);
    }
    if (hasDisplayDelays && bits.flag()) {
      bits.read(4);
    }
  }
  return count;
}

function skipUvlc(bits: BitReader): void {
  let zeros = 0;
  while (!bits.flag()) {
    zeros += 1;
  }
  if (zeros < 32) {
    bits.read(zeros);
  }
}

function skipTools(bits: BitReader): void {
  bits.read(4);
  const hasOrder = bits.flag();
  if (hasOrder) {
    bits.read(2);
  }
  const forcesScreenContent = bits.flag() || bits.flag();
  if (forcesScreenContent && !bits.flag()) {
    bits.read(1);
  }
  if (hasOrder) {
    bits.read(3);
  }
}

function readColour(bits: BitReader, profile: number) {
  const isHigh = bits.flag();
  const bitDepth = profile === 2 && isHigh ? (bits.flag() ? 12 : 10) : isHigh ? 10 : 8;
  const isMonochrome = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag()
    ? [bits.read(8), bits.read(8), bits.read(8)]
    : [UNSPECIFIED, UNSPECIFIED, UNSPECIFIED];
  const numbers = { bitDepth, isMonochrome, primaries, transfer, matrix };
  if (isMonochrome) {
    const isFullRange = bits.flag();
    return { ...numbers, isFullRange, subsampling: [1, 1] as const };
  }
  if (primaries === BT709 && transfer === SRGB && matrix === IDENTITY) {
    bits.read(1);
    return { ...numbers, isFullRange: true, subsampling: [0, 0] as const };
  }
  const isFullRange = bits.flag();
  const subsampling = readSubsampling(bits, profile, bitDepth);
  if (subsampling[0] === 1 && subsampling[1] === 1) {
    bits.read(2);
  }
  bits.read(1);
  return { ...numbers, isFullRange, subsampling };
}

function readSubsampling(bits: BitReader, profile: number, bitDepth: number): [number, number] {
  if (profile === 0) {
    return [1, 1];
  }
  if (profile === 1) {
    return [0, 0];
  }
  if (bitDepth < 12) {
    return [1, 0];
  }
  const across = bits.read(1);
  return [across, across === 1 ? bits.read(1) : 0];
}

type BitReader = ReturnType<typeof createBitReader>;

function createBitReader(bytes: Uint8Array) {
  let at = 0;
  const read = (count: number): number => {
    let value = 0;
    for (const end = at + count; at < end; at += 1) {
      const byte = bytes[at >> 3];
      if (byte === undefined) {
        throw new RangeError("Cannot read a header that was cut short");
      }
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  return { read, flag: () => read(1) === 1, position: () => at };
}
