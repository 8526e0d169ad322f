import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../lib/images/formats.ts";
import { firstBox, numbersOfColour, withProperty } from "./heif/avif-writers.ts";
import {
  COLOUR_TAGS,
  GREY_TAGS,
  iccProfile,
  iccpBody,
  jpegSegment,
  pngChunk,
  riff,
  spliced,
  uint32,
  webpChunk,
} from "./metadata-writers.ts";

const ICC = iccProfile(COLOUR_TAGS);
const GREY_ICC = iccProfile(GREY_TAGS, "GRAY");
const SRGB = pngChunk("sRGB", Buffer.of(0));
const GAMMA = pngChunk("gAMA", uint32(45_455));
const LINEAR = pngChunk("gAMA", uint32(100_000));
const PROFILE = pngChunk("iCCP", iccpBody(ICC));
const PRIMARIES = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000].map(uint32);
const TRUECOLOUR = fixture("truecolour.png");
const AFTER_IHDR = 33;

const VP8 = fixture("lossy.webp").subarray(12);
const VP8L = fixture("lossless.webp").subarray(12);
const ALPH = webpChunk("ALPH", Buffer.alloc(4));
const ICCP = webpChunk("ICCP", ICC);

describe("isDecodedAlike() of a PNG", () => {
  test.each([
    ["a profile", png(PROFILE)],
    ["a profile and another gamma", png(PROFILE, LINEAR)],
    ["sRGB and another gamma", png(SRGB, LINEAR)],
    ["the gamma and primaries of sRGB", png(GAMMA, pngChunk("cHRM", ...PRIMARIES))],
    ["a grey profile of a grey image", greyPng(pngChunk("iCCP", iccpBody(GREY_ICC)))],
  ])("is true with %s", (_, bytes) => {
    expect(FORMATS.png.isDecodedAlike(bytes)).toBe(true);
  });

  test.each([
    ["a damaged profile", png(damaged(PROFILE))],
    ["a damaged sRGB", png(damaged(SRGB))],
    ["a damaged gamma", png(SRGB, damaged(GAMMA))],
    ["damaged primaries", png(SRGB, damaged(pngChunk("cHRM", ...PRIMARIES)))],
    ["damaged numbers for colours", png(damaged(pngChunk("cICP", Buffer.of(1, 13, 0, 1))))],
    ["two profiles", png(PROFILE, PROFILE)],
    ["two gammas", png(GAMMA, GAMMA)],
    ["a profile behind the palette", spliced(fixture("palette.png"), endOfPalette(), PROFILE)],
    ["a profile of zeros", png(pngChunk("iCCP", iccpBody(Buffer.alloc(300))))],
    ["a profile for greys", png(pngChunk("iCCP", iccpBody(GREY_ICC)))],
    ["a profile for colours of greys", greyPng(PROFILE)],
    ["a profile without a name", png(pngChunk("iCCP", iccpBody(ICC, "")))],
    ["a profile that was cut short", png(pngChunk("iCCP", iccpBody(ICC).subarray(0, -1)))],
    ["a profile with a method that is none", png(pngChunk("iCCP", "n\0\x01", iccpBody(ICC)))],
    ["an intent that is none", png(pngChunk("sRGB", Buffer.of(4)))],
    ["two intents", png(pngChunk("sRGB", Buffer.of(0, 0)))],
    ["a gamma of 0", png(SRGB, pngChunk("gAMA", uint32(0)))],
    ["a gamma of three bytes", png(SRGB, pngChunk("gAMA", "123"))],
    ["primaries of zeros", png(SRGB, pngChunk("cHRM", Buffer.alloc(32)))],
    ["too few primaries", png(SRGB, pngChunk("cHRM", ...PRIMARIES.slice(1)))],
  ])("is false with %s", (_, bytes) => {
    expect(FORMATS.png.isDecodedAlike(bytes)).toBe(false);
  });
});

describe("isDecodedAlike() of a JPEG", () => {
  test.each([
    ["no profile", []],
    ["one", [[1, 1]]],
    [
      "one of three parts",
      [
        [1, 3],
        [2, 3],
        [3, 3],
      ],
    ],
    [
      "one whose parts are out of order",
      [
        [2, 2],
        [1, 2],
      ],
    ],
  ])("is true with %s", (_, numbers) => {
    expect(FORMATS.jpg.isDecodedAlike(jpeg(numbers))).toBe(true);
  });

  test.each([
    [
      "two profiles",
      [
        [1, 1],
        [1, 1],
      ],
    ],
    ["a part of none", [[1, 0]]],
    ["a part before the first", [[0, 1]]],
    ["a part behind the last", [[2, 1]]],
    ["a part too few", [[1, 2]]],
    [
      "a gap",
      [
        [1, 3],
        [3, 3],
      ],
    ],
    [
      "a part twice",
      [
        [1, 2],
        [1, 2],
        [2, 2],
      ],
    ],
    [
      "parts of two counts",
      [
        [1, 2],
        [2, 3],
      ],
    ],
    [
      "a part of none behind a profile",
      [
        [1, 1],
        [1, 0],
      ],
    ],
  ])("is false with %s", (_, numbers) => {
    expect(FORMATS.jpg.isDecodedAlike(jpeg(numbers))).toBe(false);
  });

  test("is false with an empty part, and with one after the image", () => {
    const bytes = fixture("baseline.jpg");
    const part = jpegSegment(0xe2, "ICC_PROFILE\0\x01\x01", ICC);
    const empty = jpegSegment(0xe2, "ICC_PROFILE\0\x01\x01");
    expect(FORMATS.jpg.isDecodedAlike(spliced(bytes, 2, empty))).toBe(false);
    expect(FORMATS.jpg.isDecodedAlike(spliced(bytes, bytes.length - 2, part))).toBe(false);
  });
});

describe("isDecodedAlike() of an AVIF", () => {
  const still = fixture("still.avif");
  const configuration = firstBox(still, "av1C").at + 8;
  const depths = firstBox(still, "pixi").at + 12;
  const colour = (...numbers: Parameters<typeof numbersOfColour>) =>
    withProperty(still, "colr", numbersOfColour(...numbers));
  const profiled = withProperty(still, "colr", "prof", ICC);

  test.each([
    ["no numbers", still],
    ["tiles", fixture("grid.avif")],
    ["the numbers of the coded image", colour(1, 13, 6)],
    ["unspecified numbers", colour(2, 2, 6)],
    ["a profile", profiled],
    ["a profile and numbers", withProperty(profiled, "colr", numbersOfColour(2, 2, 6))],
  ])("is true with %s", (_, bytes) => {
    expect(FORMATS.avif.isDecodedAlike(bytes)).toBe(true);
  });

  test.each([
    ["another range", colour(1, 13, 6, false)],
    [
      "another range beside a profile",
      withProperty(profiled, "colr", numbersOfColour(2, 2, 6, false)),
    ],
    ["another range in the coded image", limited(colour(1, 13, 6))],
    ["another matrix", colour(1, 13, 1)],
    ["another transfer", colour(1, 6, 6)],
    ["a transfer for HDR", colour(1, 16, 6)],
    ["wide primaries", colour(9, 13, 6)],
    ["numbers and others", withProperty(colour(1, 13, 6), "colr", numbersOfColour(2, 2, 6))],
    ["two profiles", withProperty(profiled, "colr", "prof", iccProfile(COLOUR_TAGS.slice(1)))],
    ["10 bits in its description", changed(still, configuration + 2, 0x40)],
    ["grey in its description", changed(still, configuration + 2, 0x10)],
    ["subsampling in its description", changed(still, configuration + 2, 0x0c)],
    ["another profile in its description", changed(still, configuration + 1, 0x20)],
    ["other depths", changed(still, depths + 1, 2)],
    ["one channel", changed(still, depths, 2)],
    ["another width", changed(still, firstBox(still, "ispe").at + 15, 1)],
    ["layers", withProperty(still, "a1op", Buffer.of(1))],
  ])("is false with %s", (_, bytes) => {
    expect(FORMATS.avif.isDecodedAlike(bytes)).toBe(false);
  });

  test("is false if one tile has another range, and throws if the tile is broken", () => {
    const grid = fixture("grid.avif");
    const lastTile = grid.length - 151;
    expect(FORMATS.avif.isDecodedAlike(limited(grid, lastTile))).toBe(false);
    const nothing = changed(still, firstBox(still, "mdat").at + 8 + 2, 0x70);
    expect(() => FORMATS.avif.isDecodedAlike(nothing)).toThrow(RangeError);
  });
});

describe("isDecodedAlike() of a WebP", () => {
  test.each([
    ["no header", riff(VP8)],
    ["a header that says nothing", riff(header(0), VP8)],
    ["a profile", riff(header(0x20), ICCP, VP8L)],
    ["alpha", riff(header(0x10), ALPH, VP8)],
    ["alpha in the image itself", riff(header(0x10), admittingAlpha(VP8L))],
    ["an animation", fixture("animated.webp")],
  ])("is true with %s", (_, bytes) => {
    expect(FORMATS.webp.isDecodedAlike(bytes)).toBe(true);
  });

  test.each([
    ["alpha that the header denies", riff(header(0), ALPH, VP8)],
    ["alpha in the image that the header denies", riff(header(0), admittingAlpha(VP8L))],
    ["alpha that the image denies", riff(header(0x10), VP8L)],
    ["alpha that is not there", riff(header(0x10), VP8)],
    ["a profile that the header denies", riff(header(0), ICCP, VP8)],
    ["a profile that is not there", riff(header(0x20), VP8)],
    ["another width", riff(header(0, 49), VP8)],
    ["another height", riff(header(0, 48, 31), VP8L)],
    ["a width that needs three bytes", riff(header(0, 48 + 65_536), VP8)],
    ["no image", riff(header(0))],
  ])("is false with %s", (_, bytes) => {
    expect(FORMATS.webp.isDecodedAlike(bytes)).toBe(false);
  });
});

/** Changes some bits of one byte. */
function changed(bytes: Buffer, at: number, bits: number): Buffer {
  const output = Buffer.from(bytes);
  output.writeUInt8(output.readUInt8(at) ^ bits, at);
  return output;
}

/** Lets the coded image declare the limited range, in bit 62 of its header. */
function limited(bytes: Buffer, from = 0): Buffer {
  const saysAt = bytes.indexOf(Buffer.from("0a09", "hex"), from || firstBox(bytes, "mdat").at) + 2;
  return changed(bytes, saysAt + 7, 0x02);
}

function png(...chunks: Buffer[]): Buffer {
  return spliced(TRUECOLOUR, AFTER_IHDR, ...chunks);
}

function greyPng(...chunks: Buffer[]): Buffer {
  const start = TRUECOLOUR.subarray(0, 8);
  const ihdr = pngChunk("IHDR", TRUECOLOUR.subarray(16, 24), Buffer.of(8, 0, 0, 0, 0));
  return Buffer.concat([start, ihdr, ...chunks, TRUECOLOUR.subarray(AFTER_IHDR)]);
}

function jpeg(numbers: number[][]): Buffer {
  const parts = numbers.map((pair) =>
    jpegSegment(0xe2, "ICC_PROFILE\0", Buffer.from(pair), "part of a profile"),
  );
  return spliced(fixture("baseline.jpg"), 2, ...parts);
}

function header(flags: number, width = 48, height = 32): Buffer {
  const body = Buffer.alloc(10);
  body.writeUInt8(flags, 0);
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return webpChunk("VP8X", body);
}

function admittingAlpha(vp8l: Buffer): Buffer {
  const bytes = Buffer.from(vp8l);
  bytes.writeUInt8(bytes.readUInt8(12) | 0x10, 12);
  return bytes;
}

function damaged(chunk: Buffer): Buffer {
  return Buffer.concat([chunk.subarray(0, -1), Buffer.of((chunk.at(-1) ?? 0) ^ 1)]);
}

function endOfPalette(): number {
  const bytes = fixture("palette.png");
  const at = bytes.indexOf("PLTE");
  return at + 8 + bytes.readUInt32BE(at - 4);
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url));
}
