import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  type CompiledLibheif,
  convertHeic as convert,
  HeicError,
  type HeicLimits,
} from "../../../lib/images/codecs/convert-heic.ts";
import { readHeicColour } from "../../../lib/images/heif/heic.ts";

const FIXTURES = new URL("../../fixtures/images/heic/", import.meta.url);
const limitedTo = (limits: HeicLimits) => (heic: Uint8Array) => convert(heic, limits);
const convertHeic = limitedTo({ timeoutMs: 10_000, maxPixels: 50_000_000 });

/** The colours that the fixtures show, from left to right, then the next row. */
const QUARTERS = ["red", "green", "blue", "yellow"];
const COLOURS: Record<string, readonly number[]> = {
  red: [200, 40, 40],
  green: [40, 170, 60],
  blue: [40, 60, 200],
  yellow: [230, 210, 60],
  white: [255, 255, 255],
  "half blue": [147, 157, 227],
};

describe("convertHeic()", () => {
  test("makes a JPEG of the same size and colours", async () => {
    expect(await shown("still.heic")).toEqual({ size: "64 × 48", quarters: QUARTERS });
  });

  test("keeps nothing else of the file, and writes no profile for sRGB", async () => {
    const metadata = await sharp(await converted("still.heic")).metadata();
    expect(fixture("still.heic").includes("Somebody")).toBe(true);
    expect(metadata).toMatchObject({ format: "jpeg", channels: 3, hasProfile: false });
    expect(Object.keys(metadata)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:exif|xmp|iptc|icc|orientation)$/u)]),
    );
  });

  test("rotates the image upright", async () => {
    const quarters = ["green", "yellow", "red", "blue"];
    expect(await shown("rotated.heic")).toEqual({ size: "64 × 128", quarters });
  });

  test("rotates the image before it mirrors it", async () => {
    const quarters = ["red", "blue", "green", "yellow"];
    expect(await shown("rotated-and-mirrored.heic")).toEqual({ size: "64 × 128", quarters });
  });

  test.each([
    [1, "64 × 48", ["red", "green", "blue", "yellow"]],
    [2, "64 × 48", ["green", "red", "yellow", "blue"]],
    [3, "64 × 48", ["yellow", "blue", "green", "red"]],
    [4, "64 × 48", ["blue", "yellow", "red", "green"]],
    [5, "48 × 64", ["red", "blue", "green", "yellow"]],
    [6, "48 × 64", ["blue", "red", "yellow", "green"]],
    [7, "48 × 64", ["yellow", "green", "blue", "red"]],
    [8, "48 × 64", ["green", "yellow", "red", "blue"]],
    [9, "64 × 48", ["red", "green", "blue", "yellow"]],
  ])("applies EXIF orientation %i if nothing else rotates the image", async (value, ...seen) => {
    const [size, quarters] = seen;
    const heic = withOrientation(fixture("still.heic"), value);
    expect(await shownBy(await convertHeic(heic))).toEqual({ size, quarters });
  });

  test("ignores the EXIF orientation if the file rotates the image itself", async () => {
    const heic = withOrientation(fixture("rotated-with-exif.heic"), 3);
    expect(await shownBy(await convertHeic(heic))).toEqual(await shown("rotated-with-exif.heic"));
  });

  test("puts tiles together in the order in which the image is shown", async () => {
    const quarters = ["red", "red", "green", "green"];
    expect(await shown("grid-rotated.heic")).toEqual({ size: "60 × 120", quarters });
  });

  test.each(["alpha.heic", "premultiplied-alpha.heic"])("lays %s on white", async (name) => {
    const quarters = ["red", "green", "half blue", "white"];
    expect(await shown(name)).toEqual({ size: "64 × 48", quarters });
  });

  test("converts ten bits to eight", async () => {
    expect(await shown("ten-bit.heic")).toEqual({ size: "64 × 48", quarters: QUARTERS });
  });

  test.each(["display-p3.heic", "grid-rotated.heic", "grid-colour-of-tiles.heic"])(
    "keeps the colour profile of %s, and the pixel values that it describes",
    async (name) => {
      const { icc } = await sharp(await converted(name)).metadata();
      const colour = readHeicColour(fixture(name));
      expect(colour.kind === "profile" && icc?.equals(colour.icc)).toBe(true);
      expect((await shown(name)).quarters[0]).toBe("red");
    },
  );

  test("refuses colours that only code points in a HEIC can name", async () => {
    expect(await failure(fixture("display-p3-numbers.heic"))).toMatchObject({
      code: "undecodable",
      message: "Cannot convert the HEIC: a JPEG cannot express its colours",
    });
  });

  test("refuses a greyscale profile", async () => {
    const heic = fixture("display-p3.heic");
    heic.write("GRAY", heic.indexOf("RGB XYZ "));
    expect(await failure(heic)).toMatchObject({ code: "undecodable" });
  });

  test.each([
    { name: "still.heic", missing: 1 },
    // Without the second tile, libheif would make an image that is half black.
    { name: "grid-rotated.heic", missing: 10 },
  ])("refuses $name without its last $missing bytes", async ({ name, missing }) => {
    const error = await failure(fixture(name).subarray(0, -missing));
    expect(error).toMatchObject({ code: "undecodable", cause: expect.any(Error) });
  });

  test("refuses a file that is not a HEIC", async () => {
    expect(await failure(Buffer.alloc(0))).toMatchObject({ code: "undecodable" });
  });

  test("accepts as many pixels as the limit, and not one more", async () => {
    const pixels = 64 * 48;
    const most = limitedTo({ timeoutMs: 10_000, maxPixels: pixels });
    expect(await most(fixture("still.heic"))).toBeInstanceOf(Uint8Array);
    const fewer = limitedTo({ timeoutMs: 10_000, maxPixels: pixels - 1 });
    await expect(fewer(fixture("still.heic"))).rejects.toMatchObject({
      code: "too_many_pixels",
      message: "Cannot convert the HEIC: 64 × 48 pixels",
    });
  });

  test("counts the pixels before it decodes them", async () => {
    const error = await failure(fixture("too-much-memory.heic"));
    expect(error.message).toBe("Cannot convert the HEIC: 32768 × 32768 pixels");
  });

  test("refuses a file that needs more memory than there is, even without a limit on pixels", async () => {
    const any = limitedTo({ timeoutMs: 10_000, maxPixels: Number.POSITIVE_INFINITY });
    const conversion = any(fixture("too-much-memory.heic"));
    await expect(conversion).rejects.toThrow(/Memory allocation error/u);
    await expect(conversion).rejects.toMatchObject({ code: "undecodable" });
  });

  test("compiles libheif once for all images, whatever becomes of the first", async () => {
    const libheif: CompiledLibheif = {};
    const few = limitedTo({ timeoutMs: 10_000, maxPixels: 1, libheif });
    await expect(few(fixture("still.heic"))).rejects.toMatchObject({ code: "too_many_pixels" });
    expect(libheif.code).toBeDefined();
    const all = limitedTo({ timeoutMs: 10_000, maxPixels: 50_000_000, libheif });
    for (const name of ["still.heic", "alpha.heic", "ten-bit.heic"]) {
      expect(await all(fixture(name))).toEqual(await converted(name));
    }
  });

  test("gives up after its time limit", async () => {
    const hasty = limitedTo({ timeoutMs: 1, maxPixels: 50_000_000 });
    await expect(hasty(fixture("still.heic"))).rejects.toMatchObject({
      code: "undecodable",
      message: "Cannot convert the HEIC: it took longer than 1 ms",
    });
  });

  test("does not change the file's bytes, which may be part of a larger buffer", async () => {
    const heic = fixture("still.heic");
    const shared = Buffer.concat([Buffer.alloc(7, 0xff), heic, Buffer.alloc(7, 0xff)]);
    const jpeg = await convertHeic(shared.subarray(7, 7 + heic.length));
    expect(jpeg).toEqual(await converted("still.heic"));
    expect(shared.subarray(7, 7 + heic.length)).toEqual(heic);
  });
});

interface Image {
  size: string;
  quarters: string[];
}

const conversions = new Map<string, Promise<Uint8Array>>();

function converted(name: string): Promise<Uint8Array> {
  const conversion = conversions.get(name) ?? convertHeic(fixture(name));
  conversions.set(name, conversion);
  return conversion;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

/** Changes the orientation in the file's EXIF, in the byte order that heif-enc wrote. */
function withOrientation(heic: Buffer, value: number): Buffer {
  const changed = Buffer.from(heic);
  const little = changed.indexOf(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0]));
  const big = changed.indexOf(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1]));
  expect(Math.max(little, big)).toBeGreaterThan(0);
  if (little > 0) {
    changed.writeUInt16LE(value, little + 8);
  } else {
    changed.writeUInt16BE(value, big + 8);
  }
  return changed;
}

async function failure(heic: Uint8Array): Promise<HeicError> {
  const error = await convertHeic(heic).catch((reason: unknown) => reason);
  if (error instanceof HeicError) {
    return error;
  }
  throw new Error("Cannot see why it failed: it did not", { cause: error });
}

async function shown(name: string): Promise<Image> {
  return shownBy(await converted(name));
}

async function shownBy(jpeg: Uint8Array): Promise<Image> {
  const image = sharp(jpeg, { ignoreIcc: true }).raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const colourAt = (x: number, y: number) => {
    const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return nameOf([...data.subarray(at, at + 3)]);
  };
  return {
    size: `${width} × ${height}`,
    quarters: [
      colourAt(0.25, 0.25),
      colourAt(0.75, 0.25),
      colourAt(0.25, 0.75),
      colourAt(0.75, 0.75),
    ],
  };
}

function nameOf(pixel: number[]): string {
  const found = Object.entries(COLOURS).find(([, colour]) =>
    colour.every((value, channel) => Math.abs(value - (pixel[channel] ?? 0)) <= 4),
  );
  return found?.[0] ?? pixel.join(", ");
}
