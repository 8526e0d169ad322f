import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { withColourProfile } from "../../../lib/images/jpeg/jpeg-profile.ts";
import { jpegSegment } from "../metadata-writers.ts";

const BARE = readFileSync(new URL("../../fixtures/images/baseline.jpg", import.meta.url));
const JFIF = jpegSegment(0xe0, "JFIF\0", Buffer.of(1, 1, 0, 0, 1, 0, 1, 0, 0));
const JPEG = Buffer.concat([BARE.subarray(0, 2), JFIF, BARE.subarray(2)]);
const JFIF_END = 2 + JFIF.length;
const PART_BYTES = 65_519;
const PART_HEADER_BYTES = 18;
const MAX_PARTS = 255;

describe("withColourProfile()", () => {
  test("writes the profile after JFIF and does not change the rest", () => {
    const icc = Buffer.from("profile");
    const segment = Buffer.from("\xff\xe2\0\x17ICC_PROFILE\0\x01\x01profile", "latin1");
    expect(withColourProfile(JPEG, icc)).toEqual(
      Buffer.concat([JPEG.subarray(0, JFIF_END), segment, JPEG.subarray(JFIF_END)]),
    );
  });

  test("writes the profile first if there is no JFIF", () => {
    const jpeg = withColourProfile(BARE, Buffer.from("profile"));
    expect([...jpeg.subarray(0, 4)]).toEqual([0xff, 0xd8, 0xff, 0xe2]);
    expect(jpeg.subarray(-BARE.length + 2)).toEqual(BARE.subarray(2));
  });

  test.each([
    { bytes: 1, parts: 1 },
    { bytes: PART_BYTES, parts: 1 },
    { bytes: PART_BYTES + 1, parts: 2 },
    { bytes: 3 * PART_BYTES, parts: 3 },
  ])("splits $bytes bytes into $parts, which a decoder puts together", async ({ bytes, parts }) => {
    const icc = Buffer.alloc(bytes, "profile");
    const jpeg = withColourProfile(JPEG, icc);
    expect(jpeg.length - JPEG.length - bytes).toBe(parts * PART_HEADER_BYTES);
    expect((await sharp(jpeg).metadata()).icc?.equals(icc)).toBe(true);
  });

  test("numbers 255 parts, the most that a JPEG can hold", () => {
    const jpeg = withColourProfile(JPEG, Buffer.alloc(MAX_PARTS * PART_BYTES));
    const last = Buffer.from(jpeg).lastIndexOf("ICC_PROFILE\0");
    expect([...jpeg.subarray(last + 12, last + 14)]).toEqual([MAX_PARTS, MAX_PARTS]);
  });

  test("throws for a profile that is too large for a JPEG", () => {
    const icc = Buffer.alloc(MAX_PARTS * PART_BYTES + 1);
    expect(() => withColourProfile(JPEG, icc)).toThrow(RangeError);
  });
});
