import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  makeVariant,
  type OpenImages,
  type ReworkOptions,
  reworkImage,
} from "../../../lib/images/codecs/rework-image.ts";
import { inspectImage } from "../../../lib/images/inspect-image.ts";
import {
  GREY_TAGS,
  iccProfile,
  jpegSegment,
  pngChunk,
  riff,
  spliced,
  uint32,
} from "../metadata-writers.ts";

type Colour = readonly number[];

const FIXTURES = new URL("../../fixtures/images/", import.meta.url);
const LIMITS = { maxPixels: 100_000_000, timeoutSeconds: 60 };

const KEEP = { optimize: "off", maxWidth: undefined } as const;
const WEBP = { optimize: "webp", maxWidth: undefined } as const;
const LOSSLESS = { optimize: "lossless", maxWidth: undefined } as const;

/** Red, green, blue and yellow. */
const QUARTERS: Colour[] = [
  [200, 40, 40],
  [40, 160, 60],
  [40, 60, 200],
  [230, 210, 60],
];

/**
 * Exif 2.32, table 6: the stored corners that are displayed top left, top right, bottom left and bottom right.
 */
const SEEN_BY_ORIENTATION = [
  [1, [0, 1, 2, 3]],
  [2, [1, 0, 3, 2]],
  [3, [3, 2, 1, 0]],
  [4, [2, 3, 0, 1]],
  [5, [0, 2, 1, 3]],
  [6, [2, 0, 3, 1]],
  [7, [3, 1, 2, 0]],
  [8, [1, 3, 0, 2]],
] as const;

const AFTER_SOI = 2;
const AFTER_IHDR = 33;

const photo = await noise(400, 300).jpeg({ quality: 95 }).toBuffer();
const photoInColours = await sharp(photo).withIccProfile("p3").jpeg({ quality: 95 }).toBuffer();
const greyWithProfile = withGreyProfile(await noise(60, 40).toColourspace("b-w").jpeg().toBuffer());
const cmyk = await noise(96, 64).toColourspace("cmyk").jpeg({ optimiseCoding: false }).toBuffer();
const screenshot = await quarters(320, 200).png({ compressionLevel: 0 }).toBuffer();
const transparent = await noise(60, 40).ensureAlpha(0).png({ compressionLevel: 1 }).toBuffer();
const transparentWebp = await noise(60, 40).ensureAlpha(0.5).webp({ lossless: true }).toBuffer();
const deep = await noise(60, 40).toColourspace("rgb16").png({ compressionLevel: 0 }).toBuffer();
const palette = await quarters(60, 40).png({ palette: true, compressionLevel: 0 }).toBuffer();
const avif = await quarters(64, 48).withIccProfile("p3").avif({ effort: 0 }).toBuffer();

describe("reworkImage() for WebP", () => {
  test.each(SEEN_BY_ORIENTATION)(
    "rotates a JPEG with orientation %i upright",
    async (value, seen) => {
      const upright = await quarters(96, 64).jpeg({ quality: 100 }).toBuffer();
      const reworked = await rework(turned(upright, value), WEBP);
      const size = value < 5 ? { width: 96, height: 64 } : { width: 64, height: 96 };
      expect(reworked?.facts).toEqual({ type: "webp", ...size });
      await expectCorners(reworked?.bytes, coloursOf(seen));
    },
  );

  test.each(SEEN_BY_ORIENTATION)(
    "rotates a PNG with orientation %i upright",
    async (value, seen) => {
      const png = spliced(screenshot, AFTER_IHDR, pngChunk("eXIf", tiff(value)));
      const reworked = await rework(png, WEBP);
      const size = value < 5 ? { width: 320, height: 200 } : { width: 200, height: 320 };
      expect(reworked?.facts).toEqual({ type: "webp", ...size });
      await expectCorners(reworked?.bytes, coloursOf(seen));
    },
  );

  test("keeps the ICC profile and nothing else", async () => {
    const source = await sharp(photoInColours)
      .keepMetadata()
      .withExifMerge({ IFD0: { Artist: "Somebody" } })
      .toBuffer();
    const reworked = await rework(source, WEBP);
    const metadata = await sharp(reworked?.bytes).metadata();
    expect(metadata.icc).toEqual((await sharp(source).metadata()).icc);
    expect(metadata).not.toHaveProperty("exif");
  });

  test("keeps transparency", async () => {
    const opaque = { width: 160, height: 100, channels: 4, background: "black" } as const;
    const source = await sharp(screenshot)
      .composite([{ input: { create: opaque }, blend: "dest-out", gravity: "southeast" }])
      .png({ compressionLevel: 0 })
      .toBuffer();
    const { data } = await pixelsOf((await rework(source, WEBP))?.bytes);
    expect([data[3], data.at(-1)]).toEqual([255, 0]);
  });

  test("converts a still GIF", async () => {
    const reworked = await rework(await noise(90, 60).gif().toBuffer(), WEBP);
    expect(reworked?.facts).toEqual({ type: "webp", width: 90, height: 60 });
  });

  test("skips an image that would not become smaller", async () => {
    const checks = Buffer.from(Array.from({ length: 65 * 65 }, (_, at) => (at % 2) * 255));
    const raw = { width: 65, height: 65, channels: 1 } as const;
    const small = await sharp(checks, { raw }).png({ palette: true }).toBuffer();
    expect(await rework(small, WEBP)).toBeUndefined();
  });

  test.each(["lossy.webp", "lossless.webp", "still.avif"])("skips %s", async (name) => {
    expect(await rework(fixture(name), WEBP)).toBeUndefined();
  });

  test("skips an image with a side of more than 16,383 pixels", async () => {
    expect((await rework(await column(16_383), WEBP))?.facts.height).toBe(16_383);
    expect(await rework(await column(16_384), WEBP)).toBeUndefined();
  });
});

describe("reworkImage() with any option that needs pixels", () => {
  const narrow = { optimize: "webp", maxWidth: 16 } as const;

  test.each(["animated.gif", "animated.png", "animated.webp"])("skips %s", async (name) => {
    expect(await rework(fixture(name), narrow)).toBeUndefined();
    expect(await rework(fixture(name), LOSSLESS)).toBeUndefined();
  });

  test.each([
    ["a CMYK JPEG", fixture("cmyk.jpg")],
    ["a crop that the decoder heeds and browsers do not", fixture("cropped-centre.avif")],
    ["a GIF whose frame is smaller than its screen", fixture("first-frame-smaller.gif")],
    ["a PNG of another gamma", withChunk("gAMA", uint32(100_000))],
    ["a PNG of other primaries", withChunk("cHRM", Buffer.alloc(32, 1))],
    ["an HDR PNG", withChunk("cICP", Buffer.of(9, 16, 0, 1))],
    ["a WebP that denies its transparency", denyingAlpha(transparentWebp)],
    ["an AVIF of PQ", withTransfer(avif, 16)],
    ["an AVIF of HLG", withTransfer(avif, 18)],
  ])("skips %s", async (_, bytes) => {
    expect(await rework(bytes, narrow)).toBeUndefined();
    await expect(makeVariant(sourceOf(bytes), 16, LIMITS)).rejects.toThrow(
      "it might not look the same",
    );
  });

  test("does not convert an image with a greyscale profile to WebP, but scales it", async () => {
    expect(await rework(greyWithProfile, WEBP)).toBeUndefined();
    const reworked = await rework(greyWithProfile, narrow);
    const metadata = await sharp(reworked?.bytes).metadata();
    expect(metadata).toMatchObject({ format: "jpeg", width: 16, space: "b-w", hasProfile: true });
  });

  test("reworks an image that declares sRGB, by name or by its gamma", async () => {
    const named = withChunk("gAMA", uint32(100_000), pngChunk("sRGB", Buffer.of(0)));
    expect(await rework(named, narrow)).toBeDefined();
    expect(await rework(withChunk("gAMA", uint32(45_455)), narrow)).toBeDefined();
    expect(await rework(withTransfer(avif, 13), narrow)).toBeDefined();
  });

  test.each([
    ["a JPEG that was cut short", photo.subarray(0, photo.length / 2)],
    ["a JPEG with damaged pixels", spliced(photo, photo.length / 2, Buffer.of(0xff, 0xd5))],
    ["a PNG that was cut short", pngCutShort()],
  ])("throws on %s", async (_, bytes) => {
    const source = { bytes, facts: sourceOf(bytes).facts };
    await expect(reworkImage(source, WEBP, LIMITS)).rejects.toThrow(Error);
    await expect(makeVariant(source, 16, LIMITS)).rejects.toThrow(Error);
  });

  test("throws for one pixel over the limit", async () => {
    const limited = (maxPixels: number) => ({ ...LIMITS, maxPixels });
    const pixels = 400 * 300;
    await expect(makeVariant(sourceOf(photo), 16, limited(pixels))).resolves.toBeDefined();
    await expect(makeVariant(sourceOf(photo), 16, limited(pixels - 1))).rejects.toThrow("limit");
    await expect(reworkImage(sourceOf(photo), WEBP, limited(pixels - 1))).rejects.toThrow("limit");
  });

  test("does not decode a PNG of more than 300 MB of pixels", async () => {
    const largest = ofSize(screenshot, 10_000, 10_000);
    await expect(rework(largest, narrow)).rejects.toThrow("libpng read error");
    const larger = ofSize(screenshot, 10_001, 10_000);
    await expect(rework(larger, narrow)).rejects.toThrow("10001×10000 takes too much memory");
  });

  test("does not encode more than 50 megapixels", async () => {
    const large = ofSize(screenshot, 10_001, 5_000);
    await expect(rework(large, WEBP)).rejects.toThrow("10001×5000");
  });
});

describe("reworkImage() with a largest width", () => {
  test("scales one pixel over the limit, and nothing at the limit", async () => {
    const reworked = await rework(photo, { ...KEEP, maxWidth: 399 });
    expect(reworked?.facts).toEqual({ type: "jpg", width: 399, height: 299 });
    expect(await rework(photo, { ...KEEP, maxWidth: 400 })).toBeUndefined();
    expect(await rework(photo, KEEP)).toBeUndefined();
  });

  test("applies to the width as displayed", async () => {
    const source = turned(await quarters(96, 64).jpeg({ quality: 100 }).toBuffer(), 6);
    const reworked = await rework(source, { ...KEEP, maxWidth: 32 });
    expect(reworked?.facts).toEqual({ type: "jpg", width: 32, height: 48 });
    await expectCorners(reworked?.bytes, coloursOf([2, 0, 3, 1]));
    expect(await rework(source, { ...KEEP, maxWidth: 64 })).toBeUndefined();
  });

  test.each([
    ["png", quarters(96, 64).png()],
    ["jpg", quarters(96, 64).jpeg({ quality: 100 })],
    ["gif", quarters(96, 64).gif()],
    ["webp", quarters(96, 64).webp()],
    ["avif", quarters(96, 64).avif({ effort: 0 })],
  ] as const)("stays %s, even if it takes more bytes", async (type, image) => {
    const reworked = await rework(await image.toBuffer(), { ...KEEP, maxWidth: 48 });
    expect(reworked?.facts).toEqual({ type, width: 48, height: 32 });
    await expectCorners(reworked?.bytes, QUARTERS);
  });

  test("rotates an AVIF only once", async () => {
    const reworked = await rework(fixture("rotated-1.avif"), { ...KEEP, maxWidth: 24 });
    expect(reworked?.facts).toEqual({ type: "avif", width: 24, height: 32 });
    const [sky, ground] = [
      [255, 204, 102],
      [35, 102, 67],
    ] as const;
    await expectCorners(reworked?.bytes, [sky, ground, sky, ground]);
  });

  test("ignores the EXIF orientation of a WebP", async () => {
    const reworked = await rework(fixture("exif-orientation-6.webp"), { ...KEEP, maxWidth: 24 });
    expect(reworked?.facts).toEqual({ type: "webp", width: 24, height: 16 });
  });

  test("converts the image to WebP if asked to, and scales one that is WebP already", async () => {
    const options = { optimize: "webp", maxWidth: 24 } as const;
    const facts = { type: "webp", width: 24, height: 16 };
    expect((await rework(fixture("truecolour.png"), options))?.facts).toEqual(facts);
    expect((await rework(fixture("lossy.webp"), options))?.facts).toEqual(facts);
  });

  test("scales a lossless WebP that declares transparency", async () => {
    const reworked = await rework(transparentWebp, { ...KEEP, maxWidth: 30 });
    expect(await sharp(reworked?.bytes).metadata()).toMatchObject({ width: 30, hasAlpha: true });
  });

  test("keeps a lossless WebP lossless", async () => {
    const source = await quarters(96, 64).webp({ lossless: true }).toBuffer();
    const reworked = await rework(source, { ...KEEP, maxWidth: 48 });
    const { data } = await pixelsOf(reworked?.bytes);
    expect([...data.subarray(0, 3)]).toEqual(QUARTERS[0]);
  });

  test.each([
    ["greyscale", "b-w", 8],
    ["16 bits", "rgb16", 16],
  ] as const)("keeps a PNG's %s", async (_, space, bitsPerSample) => {
    const source = await noise(96, 64).toColourspace(space).png().toBuffer();
    const reworked = await rework(source, { ...KEEP, maxWidth: 48 });
    expect(await sharp(reworked?.bytes).metadata()).toMatchObject({ space, bitsPerSample });
  });

  test.each(["4:4:4", "4:2:0"])("keeps a JPEG's chroma subsampling of %s", async (sampling) => {
    const source = await noise(96, 64).jpeg({ chromaSubsampling: sampling }).toBuffer();
    const reworked = await rework(source, { ...KEEP, maxWidth: 48 });
    expect((await sharp(reworked?.bytes).metadata()).chromaSubsampling).toBe(sampling);
  });

  test("compresses the scaled image losslessly", async () => {
    const [scaled, compressed] = await Promise.all(
      (["off", "lossless"] as const).map((optimize) => rework(photo, { optimize, maxWidth: 200 })),
    );
    expect(compressed?.facts).toEqual({ type: "jpg", width: 200, height: 150 });
    expect(compressed?.bytes.length).toBeLessThan(scaled?.bytes.length ?? 0);
    await expectSamePixels(compressed?.bytes, scaled?.bytes);
  });
});

describe("reworkImage() without loss", () => {
  test.each([
    ["JPEG", photo],
    ["JPEG with a profile", photoInColours],
    ["CMYK JPEG", cmyk],
    ["PNG", screenshot],
    ["transparent PNG", transparent],
    ["16-bit PNG", deep],
    ["palette PNG", palette],
  ])("makes a %s smaller and changes no pixel", async (_, bytes) => {
    const reworked = await rework(bytes, LOSSLESS);
    expect(reworked?.facts).toEqual(inspectImage(bytes));
    expect(reworked?.bytes.length).toBeLessThan(bytes.length);
    await expectSamePixels(reworked?.bytes, bytes);
  });

  test("keeps a JPEG's segments, including the orientation, in their order", async () => {
    const segments = [
      jpegSegment(0xe0, "JFIF\0\x01\x02\x01\0\x90\0\x90\0\0"),
      jpegSegment(0xe1, "Exif\0\0", tiff(6)),
      jpegSegment(0xe2, "ICC_PROFILE\0\x01\x01", "colours"),
      jpegSegment(0xee, "Adobe\0\x64\0\0\0\0\x01"),
    ];
    const source = spliced(photo, AFTER_SOI, ...segments);
    const reworked = await rework(source, LOSSLESS);
    const start = Buffer.concat([source.subarray(0, AFTER_SOI), ...segments]);
    expect(reworked?.facts).toEqual({ type: "jpg", width: 300, height: 400 });
    expect(reworked?.bytes.subarray(0, start.length)).toEqual(start);
    expect(Buffer.from(reworked?.bytes ?? []).includes("JFIF", start.length)).toBe(false);
  });

  test("keeps a PNG's chunks, before and after the pixels", async () => {
    const before = [
      pngChunk("gAMA", uint32(50_000)),
      pngChunk("cHRM", Buffer.alloc(32, 1)),
      pngChunk("cICP", Buffer.of(9, 16, 0, 1)),
      pngChunk("pHYs", uint32(5_669), uint32(5_669), "\x01"),
      pngChunk("eXIf", tiff(6)),
    ];
    const after = pngChunk("tEXt", "Comment\0kept metadata");
    const source = spliced(
      spliced(screenshot, screenshot.length - 12, after),
      AFTER_IHDR,
      ...before,
    );
    const reworked = await rework(source, LOSSLESS);
    const bytes = Buffer.from(reworked?.bytes ?? []);
    const start = Buffer.concat(before);
    expect(reworked?.facts).toEqual({ type: "png", width: 200, height: 320 });
    expect(bytes.subarray(AFTER_IHDR, AFTER_IHDR + start.length)).toEqual(start);
    expect(bytes.subarray(-12 - after.length, -12)).toEqual(after);
  });

  test("keeps a PNG with a colour profile in colour", async () => {
    const grey = { width: 60, height: 40, channels: 3, background: "#777" } as const;
    const source = await sharp({ create: grey }).withIccProfile("p3").png().toBuffer();
    const loose = spliced(source, source.length - 12, pngChunk("tEXt", "a".repeat(99)));
    const reworked = await rework(loose, LOSSLESS);
    const metadata = await sharp(reworked?.bytes ?? loose).metadata();
    expect(metadata).toMatchObject({ hasProfile: true, space: "srgb" });
  });

  test("skips a JPEG that is followed by another image", async () => {
    expect(await rework(Buffer.concat([photo, photo]), LOSSLESS)).toBeUndefined();
  });

  test("skips an image that would not become smaller", async () => {
    for (const bytes of [photo, screenshot]) {
      const once = await rework(bytes, LOSSLESS);
      expect(await rework(Buffer.from(once?.bytes ?? []), LOSSLESS)).toBeUndefined();
    }
  });

  test("skips a PNG of more than 60 MB of pixels, and other formats", async () => {
    expect(await rework(ofSize(screenshot, 20_001, 1_000), LOSSLESS)).toBeUndefined();
    for (const name of ["still.gif", "lossless.webp", "still.avif"]) {
      expect(await rework(fixture(name), LOSSLESS)).toBeUndefined();
    }
  });

  test("throws on a PNG with a damaged chunk", async () => {
    const damaged = Buffer.from(screenshot);
    damaged.writeUInt8(damaged.readUInt8(5_000) ^ 0xff, 5_000);
    await expect(rework(damaged, LOSSLESS)).rejects.toThrow("libpng read error");
  });
});

describe("makeVariant()", () => {
  test.each([399, 400, 401])("makes a WebP that is at most %i pixels wide", async (width) => {
    const { facts, bytes } = await makeVariant(sourceOf(photo), width, LIMITS);
    const shown = Math.min(width, 400);
    expect(facts).toEqual({ type: "webp", width: shown, height: Math.round((shown * 3) / 4) });
    expect(inspectImage(bytes)).toEqual(facts);
  });

  test.each([
    ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((value) =>
      ["big", "little"].map((endian) => `orientation-${value}-${endian}-endian.jpg`),
    ),
    ...[1, 3, 6, 8].map((value) => `exif-orientation-${value}.png`),
  ])("shows %s as browsers do", async (name) => {
    const bytes = fixture(name);
    const [, seen = []] = SEEN_BY_ORIENTATION.find(([value]) => name.includes(`-${value}`)) ?? [];
    const stored = await cornersOf(bytes);
    const variant = await makeVariant(sourceOf(bytes), 48, LIMITS);
    expect(variant.facts).toEqual({ ...inspectImage(bytes), type: "webp" });
    await expectCorners(
      variant.bytes,
      seen.map((corner) => stored[corner] ?? []),
    );
  });

  test.each(["still.gif", "palette.png", "greyscale.jpg", "sixteen-bit.png", "grid-rotated.avif"])(
    "makes a variant of %s",
    async (name) => {
      const { facts } = await makeVariant(sourceOf(fixture(name)), 16, LIMITS);
      expect(facts).toMatchObject({ type: "webp", width: 16 });
    },
  );

  test("keeps the ICC profile", async () => {
    const { bytes } = await makeVariant(sourceOf(photoInColours), 16, LIMITS);
    const [source, variant] = await Promise.all(
      [photoInColours, bytes].map((image) => sharp(image).metadata()),
    );
    expect(variant?.icc).toEqual(source?.icc);
  });

  test.each(["orientation-6-big-endian.jpg", "lossless.webp", "grid-rotated.avif"])(
    "makes the same variants of %s, opened once or for each",
    async (name) => {
      const source = sourceOf(fixture(name));
      const opened: OpenImages = new WeakMap();
      for (const width of [16, 12, 16]) {
        const variant = await makeVariant(source, width, { ...LIMITS, opened });
        expect(variant).toEqual(await makeVariant(source, width, LIMITS));
      }
      const other = { ...source, facts: { ...source.facts, width: 1 } };
      await expect(makeVariant(other, 16, { ...LIMITS, opened })).rejects.toThrow("Cannot make");
    },
  );

  test("throws for an animation", async () => {
    await expect(makeVariant(sourceOf(fixture("animated.gif")), 16, LIMITS)).rejects.toThrow(
      "Cannot make a WebP of a gif",
    );
  });
});

function rework(bytes: Buffer, options: ReworkOptions) {
  return reworkImage(sourceOf(bytes), options, LIMITS);
}

function sourceOf(bytes: Buffer) {
  const facts = inspectImage(bytes);
  if (facts === undefined) {
    throw new Error("Cannot test without an image");
  }
  return { bytes, facts };
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

function quarters(width: number, height: number) {
  const half = { width: width / 2, height: height / 2, channels: 3 } as const;
  const places = ["northwest", "northeast", "southwest", "southeast"];
  const tiles = QUARTERS.map(([r = 0, g = 0, b = 0], index) => ({
    input: { create: { ...half, background: { r, g, b } } },
    gravity: places[index] ?? "",
  }));
  return sharp({ create: { width, height, channels: 3, background: "black" } })
    .composite(tiles)
    .removeAlpha();
}

/** The same image in each run. Its neighbouring pixels are similar, but not equal. */
function noise(width: number, height: number) {
  const pixels = Buffer.alloc(width * height * 3);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (state * 48_271) % 2_147_483_647;
    pixels[at] = 128 + 60 * Math.sin(at / 700) + (state % 24);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function column(height: number): Promise<Buffer> {
  const create = { width: 2, height, channels: 3, background: "red" } as const;
  return sharp({ create }).png({ compressionLevel: 0 }).toBuffer();
}

function turned(jpeg: Buffer, orientation: number): Buffer {
  return spliced(jpeg, AFTER_SOI, jpegSegment(0xe1, "Exif\0\0", tiff(orientation)));
}

function tiff(orientation: number): Buffer {
  const entry = Buffer.of(1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0);
  return Buffer.concat([Buffer.from("MM\0*\0\0\0\x08\0\x01", "latin1"), entry, uint32(0)]);
}

function withChunk(type: string, body: Buffer, ...others: Buffer[]): Buffer {
  return spliced(screenshot, AFTER_IHDR, pngChunk(type, body), ...others);
}

/** Replaces the ICC profile with coding-independent code points (ITU-T H.273), with the primaries of BT.709. */
function withTransfer(source: Buffer, transfer: number): Buffer {
  const bytes = Buffer.from(source);
  const at = bytes.indexOf("colr") + 4;
  bytes.write("nclx", at);
  bytes.writeUInt16BE(1, at + 4);
  bytes.writeUInt16BE(transfer, at + 6);
  // The matrix and the range of the coded image.
  bytes.writeUInt16BE(6, at + 8);
  bytes.writeUInt8(0x80, at + 10);
  return bytes;
}

function withGreyProfile(grey: Buffer): Buffer {
  const profile = iccProfile(GREY_TAGS, "GRAY");
  return spliced(grey, AFTER_SOI, jpegSegment(0xe2, "ICC_PROFILE\0\x01\x01", profile));
}

/** Clears the bit in VP8L's header that says whether any pixel is transparent. */
function denyingAlpha(webp: Buffer): Buffer {
  const bytes = Buffer.from(webp);
  const at = bytes.indexOf("VP8L") + 12;
  bytes.writeUInt8(bytes.readUInt8(at) & ~0x10, at);
  return riff(bytes.subarray(bytes.indexOf("VP8L")));
}

function ofSize(png: Buffer, width: number, height: number): Buffer {
  const size = [uint32(width), uint32(height)];
  const header = pngChunk("IHDR", ...size, png.subarray(24, 29));
  return Buffer.concat([png.subarray(0, 8), header, png.subarray(AFTER_IHDR)]);
}

/** All chunks are whole, but they hold too few bytes of pixels. */
function pngCutShort(): Buffer {
  const size = screenshot.readUInt32BE(AFTER_IHDR);
  const body = screenshot.subarray(AFTER_IHDR + 8, AFTER_IHDR + 8 + size / 2);
  return Buffer.concat([
    screenshot.subarray(0, AFTER_IHDR),
    pngChunk("IDAT", body),
    pngChunk("IEND"),
  ]);
}

function coloursOf(corners: readonly number[]): Colour[] {
  return corners.map((corner) => QUARTERS[corner] ?? []);
}

async function expectCorners(bytes: Uint8Array | undefined, expected: readonly Colour[]) {
  const corners = await cornersOf(bytes);
  for (const [index, colour] of expected.entries()) {
    for (const [channel, value] of colour.slice(0, 3).entries()) {
      expect(Math.abs((corners[index]?.[channel] ?? Number.NaN) - value)).toBeLessThan(16);
    }
  }
}

async function expectSamePixels(one: Uint8Array | undefined, other: Uint8Array | undefined) {
  const [first, second] = await Promise.all([pixelsOf(one), pixelsOf(other)]);
  expect(first.info).toMatchObject({ width: second.info.width, height: second.info.height });
  expect(first.data.equals(second.data)).toBe(true);
}

/** Reads the colours near the stored corners, an eighth of the way in. */
async function cornersOf(bytes: Uint8Array | undefined): Promise<Colour[]> {
  const { data, info } = await pixelsOf(bytes);
  return [1 / 8, 7 / 8].flatMap((y) =>
    [1 / 8, 7 / 8].map((x) => {
      const at = Math.floor(y * info.height) * info.width + Math.floor(x * info.width);
      return [...data.subarray(at * info.channels, at * info.channels + 3)];
    }),
  );
}

function pixelsOf(bytes: Uint8Array | undefined) {
  return sharp(bytes, { ignoreIcc: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}
