import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { cleanIccProfile, hasColours } from "../../lib/images/icc-profile.ts";
import { COLOUR_TAGS, DISPLAY_TAG, GREY_TAGS, SECRET, iccProfile } from "./metadata-writers.ts";

const CLEAN = iccProfile(COLOUR_TAGS);
const PRIVATE = ["mmod", "vcgt", "ndin", "mmgt", "dscm", "meta", "targ", "calt", "????"];
const SIZE_AT = 0;
const ID_AT = 84;
const RESERVED_AT = 100;
const COUNT_AT = 128;
const FIRST_TAG_AT = 132;

describe("cleanIccProfile()", () => {
  test("returns a profile without private data unchanged", async () => {
    const create = { width: 1, height: 1, channels: 3, background: "red" } as const;
    for (const name of ["srgb", "p3"]) {
      const image = await sharp({ create }).withIccProfile(name).png().toBuffer();
      const { icc = Buffer.alloc(0) } = await sharp(image).metadata();
      expect(cleanIccProfile(icc)).toBe(icc);
    }
    expect(cleanIccProfile(CLEAN)).toBe(CLEAN);
  });

  test.each(PRIVATE)("removes %s and keeps header and colours", (signature) => {
    const tag = [signature, DISPLAY_TAG[1]] as const;
    const places = [0, 3, COLOUR_TAGS.length];
    for (const place of places) {
      expect(cleanIccProfile(iccProfile(COLOUR_TAGS.toSpliced(place, 0, tag)))).toEqual(CLEAN);
    }
  });

  test("removes the profile's MD5, because the profile has changed", () => {
    const dirty = iccProfile([...COLOUR_TAGS, DISPLAY_TAG]);
    dirty.fill(0xab, ID_AT, ID_AT + 16);
    expect(cleanIccProfile(dirty)).toEqual(CLEAN);
  });

  test.each([
    ["behind the profile", Buffer.concat([CLEAN, Buffer.from(SECRET)])],
    ["in the reserved part of the header", changed((icc) => icc.write("secret", RESERVED_AT))],
    ["under the same name once more", iccProfile([...COLOUR_TAGS, ["desc", DISPLAY_TAG[1]]])],
    ["between two tags", withGap()],
  ])("removes data %s", (_, dirty) => {
    expect(cleanIccProfile(dirty)).toEqual(CLEAN);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(600)],
    ["a text", Buffer.from(SECRET.repeat(20))],
    ["one byte too few", CLEAN.subarray(0, -1)],
    ["another signature", changed((icc) => icc.write("acsq", 36))],
    ["a size beyond the end", changed((icc) => icc.writeUInt32BE(CLEAN.length + 1, SIZE_AT))],
    ["more tags than there is room for", changed((icc) => icc.writeUInt32BE(99, COUNT_AT))],
    ["a tag that reaches past the end", changed((icc) => icc.writeUInt32BE(999, FIRST_TAG_AT + 8))],
    ["a tag of three bytes", changed((icc) => icc.writeUInt32BE(3, FIRST_TAG_AT + 8))],
    ["tags that overlap", overlapping()],
    ["101 tags", iccProfile(Array.from({ length: 101 }, () => DISPLAY_TAG))],
  ])("refuses %s", (_, bytes) => {
    expect(cleanIccProfile(bytes)).toBeUndefined();
  });

  test("never throws, whichever bytes change, and leaves nothing to remove", () => {
    const dirty = iccProfile([DISPLAY_TAG, ...COLOUR_TAGS]);
    const edits = fc.array(fc.tuple(fc.nat(dirty.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(edits, fc.nat(dirty.length), (changes, length) => {
        const bytes = Buffer.from(dirty);
        for (const [at, value] of changes) {
          bytes[at] = value;
        }
        for (const icc of [bytes, bytes.subarray(0, length)]) {
          const clean = cleanIccProfile(icc);
          expect(clean && cleanIccProfile(clean)).toBe(clean);
          expect(Buffer.from(clean ?? []).includes("mmod")).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("hasColours()", () => {
  test("is true for a matrix, a grey curve and a table", () => {
    expect(hasColours(CLEAN, "RGB ")).toBe(true);
    expect(hasColours(iccProfile(GREY_TAGS, "GRAY"), "GRAY")).toBe(true);
    expect(hasColours(iccProfile([["A2B0", Buffer.alloc(32)]]), "RGB ")).toBe(true);
  });

  test.each([
    ["of another space", iccProfile(GREY_TAGS, "GRAY")],
    ["without a curve", iccProfile(COLOUR_TAGS.slice(0, -1))],
    [
      "with an unknown curve",
      iccProfile([...COLOUR_TAGS.slice(0, -1), ["bTRC", Buffer.alloc(16)]]),
    ],
    ["of version 5", changed((icc) => icc.writeUInt8(5, 8))],
    ["of another illuminant", changed((icc) => icc.writeUInt32BE(0, 68))],
    ["of zeros", Buffer.alloc(600)],
  ])("is false for a profile %s", (_, icc) => {
    expect(hasColours(icc, "RGB ")).toBe(false);
  });
});

function changed(change: (icc: Buffer) => void): Buffer {
  const icc = Buffer.from(CLEAN);
  change(icc);
  return icc;
}

/** Keeps the display's data, but not its entry in the table. */
function withGap(): Buffer {
  const icc = iccProfile([...COLOUR_TAGS, ["\0\0\0\0", DISPLAY_TAG[1]]]);
  icc.writeUInt32BE(COLOUR_TAGS.length, COUNT_AT);
  return icc;
}

function overlapping(): Buffer {
  const icc = iccProfile(["A2B0", "A2B1", "A2B2"].map((name) => [name, Buffer.alloc(200)]));
  for (const index of [0, 1, 2]) {
    icc.writeUInt32BE(200 + index, FIRST_TAG_AT + 12 * index + 4);
    icc.writeUInt32BE(500, FIRST_TAG_AT + 12 * index + 8);
  }
  return icc;
}
