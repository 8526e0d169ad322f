import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { imageDimensionsFromData } from "image-dimensions";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../lib/images/formats.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { riff, webpChunk } from "./metadata-writers.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const REFUSED = new URL("refused/", FIXTURES);

/** `naturalWidth × naturalHeight` as Chromium 156 reported them; test/browser asks the browser again. */
const SHOWN_SIZES = {
  "baseline.jpg": "48 × 32",
  "cmyk.jpg": "48 × 32",
  "exif-after-frame.jpg": "32 × 48",
  "exif-directory-cut.jpg": "32 × 48",
  "exif-directory-far.jpg": "32 × 48",
  "fill-bytes.jpg": "32 × 48",
  "greyscale.jpg": "48 × 32",
  "junk-between-segments.jpg": "48 × 32",
  "no-eoi.jpg": "48 × 32",
  "orientation-1-big-endian.jpg": "48 × 32",
  "orientation-1-little-endian.jpg": "48 × 32",
  "orientation-2-big-endian.jpg": "48 × 32",
  "orientation-2-little-endian.jpg": "48 × 32",
  "orientation-3-big-endian.jpg": "48 × 32",
  "orientation-3-little-endian.jpg": "48 × 32",
  "orientation-4-big-endian.jpg": "48 × 32",
  "orientation-4-little-endian.jpg": "48 × 32",
  "orientation-5-big-endian.jpg": "32 × 48",
  "orientation-5-little-endian.jpg": "32 × 48",
  "orientation-6-big-endian.jpg": "32 × 48",
  "orientation-6-little-endian.jpg": "32 × 48",
  "orientation-7-big-endian.jpg": "32 × 48",
  "orientation-7-little-endian.jpg": "32 × 48",
  "orientation-8-big-endian.jpg": "32 × 48",
  "orientation-8-little-endian.jpg": "32 × 48",
  "orientation-9.jpg": "48 × 32",
  "orientation-as-long.jpg": "48 × 32",
  "progressive.jpg": "48 × 32",
  "resolution-144-dpi-full-size.jpg": "48 × 32",
  "resolution-144-dpi-turned.jpg": "16 × 24",
  "resolution-144-dpi.jpg": "24 × 16",
  "resolution-300-dpi-camera.jpg": "32 × 48",
  "second-exif-segment-only-turns.jpg": "48 × 32",
  "thumbnail-turned.jpg": "48 × 32",
  "trailing-data.jpg": "48 × 32",
  "two-exif-segments.jpg": "32 × 48",
  "two-images.jpg": "32 × 48",
  "xmp-before-exif.jpg": "32 × 48",
  "xmp-orientation-only.jpg": "48 × 32",
  "alpha.png": "48 × 32",
  "animated.png": "48 × 32",
  "exif-after-pixels.png": "48 × 32",
  "exif-damaged.png": "48 × 32",
  "exif-little-endian.png": "32 × 48",
  "exif-orientation-1.png": "48 × 32",
  "exif-orientation-3.png": "48 × 32",
  "exif-orientation-6.png": "32 × 48",
  "exif-orientation-8.png": "32 × 48",
  "greyscale.png": "48 × 32",
  "interlaced.png": "48 × 32",
  "no-iend.png": "48 × 32",
  "palette.png": "48 × 32",
  "screenshot-144-dpi.png": "48 × 32",
  "sixteen-bit.png": "24 × 16",
  "text-chunks.png": "48 × 32",
  "trailing-data.png": "48 × 32",
  "truecolour.png": "48 × 32",
  "two-exif-chunks.png": "48 × 32",
  "animated.gif": "48 × 32",
  "comment.gif": "48 × 32",
  "first-frame-beyond-screen.gif": "60 × 50",
  "first-frame-smaller.gif": "48 × 32",
  "interlaced.gif": "48 × 32",
  "no-trailer.gif": "48 × 32",
  "pixel-aspect.gif": "48 × 32",
  "screen-of-zero.gif": "42 × 23",
  "still-87a.gif": "48 × 32",
  "still.gif": "48 × 32",
  "alpha.webp": "48 × 32",
  "animated.webp": "64 × 40",
  "exif-before-pixels.webp": "48 × 32",
  "exif-orientation-6.webp": "48 × 32",
  "exif-without-flag.webp": "48 × 32",
  "extended.webp": "48 × 32",
  "lossless.webp": "48 × 32",
  "lossy.webp": "48 × 32",
  "trailing-data.webp": "48 × 32",
  "animated.avif": "48 × 32",
  "animated-without-still.avif": "48 × 32",
  "cropped-centre.avif": "64 × 48",
  "cropped-halves.avif": "33 × 23",
  "cropped-top-left-rotated.avif": "24 × 32",
  "cropped-top-left.avif": "32 × 24",
  "exif-orientation-6.avif": "64 × 48",
  "grid-rotated.avif": "60 × 120",
  "grid.avif": "120 × 60",
  "heic-brand-first.avif": "64 × 48",
  "mif1-brand-first.avif": "64 × 48",
  "mirrored.avif": "64 × 48",
  "no-mif1-brand.avif": "64 × 48",
  "rotated-1.avif": "48 × 64",
  "rotated-2.avif": "64 × 48",
  "rotated-3.avif": "48 × 64",
  "rotated-and-mirrored.avif": "48 × 64",
  "still.avif": "64 × 48",
  "thumbnail-larger-and-rotated.avif": "64 × 48",
};

const MAGICS = {
  png: "\x89PNG\r\n\x1a\n",
  "png header": "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
  jpg: "\xff\xd8\xff",
  "jpg exif": "\xff\xd8\xff\xe1\0\x40Exif\0\0MM\0*",
  gif87a: "GIF87a",
  gif89a: "GIF89a",
  webp: "RIFF\0\0\x01\0WEBP",
  "webp lossy": "RIFF\0\0\x01\0WEBPVP8 ",
  "webp lossless": "RIFF\0\0\x01\0WEBPVP8L",
  "webp extended": "RIFF\0\0\x01\0WEBPVP8X\x0a\0\0\0",
  avif: "\0\0\0\x14ftypavif\0\0\0\0avif",
  "avif meta": "\0\0\0\x14ftypavif\0\0\0\0avif\0\0\x01\0meta",
  heic: "\0\0\0\x14ftypheic\0\0\0\0mif1",
};

describe("inspectImage()", () => {
  test.each(Object.entries(SHOWN_SIZES))(
    "reads from %s the size that Chromium shows: %s",
    (name, shown) => {
      const facts = inspectImage(fixture(name));
      expect(`${facts?.width} × ${facts?.height}`).toBe(shown);
      expect(facts?.type).toBe(name.split(".").at(-1));
    },
  );

  test("is tested with every fixture", () => {
    expect(fileNames(FIXTURES).toSorted()).toEqual(Object.keys(SHOWN_SIZES).toSorted());
  });

  test.each(fileNames(REFUSED))("refuses %s", (name) => {
    expect(inspectImage(readFileSync(new URL(name, REFUSED)))).toBeUndefined();
  });

  test.each(Object.keys(SHOWN_SIZES))(
    "reads the same from a truncated %s as from the whole, or nothing",
    (name) => {
      const bytes = fixture(name);
      const facts = inspectImage(bytes);
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = inspectImage(bytes.subarray(0, length));
        expect([undefined, facts], `${length} bytes`).toContainEqual(cut);
      }
    },
  );

  test.each(fileNames(REFUSED))("refuses every truncation of %s", (name) => {
    const bytes = readFileSync(new URL(name, REFUSED));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(inspectImage(bytes.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
  });

  test.each(Object.entries(MAGICS))("refuses random bytes after the magic of %s", (_, magic) => {
    const start = Buffer.from(magic, "latin1");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (rest) => {
        expect(inspectImage(Buffer.concat([start, rest]))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test.each([47, 49])("refuses a WebP of 48 pixels whose header says %i", (width) => {
    for (const name of ["lossy.webp", "lossless.webp"]) {
      const image = fixture(name).subarray(12);
      const header = (w: number, h: number) =>
        webpChunk("VP8X", Buffer.of(0, 0, 0, 0, w - 1, 0, 0, h - 1, 0, 0));
      expect(inspectImage(riff(header(48, 32), image))).toMatchObject({ width: 48, height: 32 });
      expect(inspectImage(riff(header(width, 32), image))).toBeUndefined();
      expect(inspectImage(riff(header(48, width), image))).toBeUndefined();
    }
  });

  test("never throws, whichever byte of a fixture changes", () => {
    const files = Object.keys(SHOWN_SIZES).map(fixture);
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), (bytes, position, value) => {
        const changed = Uint8Array.from(bytes);
        changed[position % changed.length] = value;
        const facts = inspectImage(changed);
        expect(facts === undefined || (facts.width > 0 && facts.height > 0)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test("reads an image at any offset in its buffer", () => {
    const bytes = fixture("orientation-6-big-endian.jpg");
    const shared = Buffer.concat([Buffer.alloc(7, 0xff), bytes, Buffer.alloc(7, 0xff)]);
    expect(inspectImage(shared.subarray(7, 7 + bytes.length))).toEqual(inspectImage(bytes));
  });

  test("reads a file of nothing but tiny parts quickly", () => {
    const parts = { jpg: "\xff\xe2\0\x02", png: "\0\0\0\0teXt\0\0\0\0", gif: "\x21\xfe\0" };
    const starts = {
      jpg: fixture("baseline.jpg").subarray(0, 20),
      png: fixture("truecolour.png").subarray(0, 33),
      gif: fixture("still.gif").subarray(0, 19),
    };
    for (const type of ["jpg", "png", "gif"] as const) {
      const bytes = Buffer.concat([starts[type], Buffer.alloc(8_000_000, parts[type], "latin1")]);
      expect(inspectImage(bytes)).toBeUndefined();
    }
  }, 5_000);
});

describe("image-dimensions", () => {
  test("reads the same size from every file, rotated or not, unless Chromium corrects it", () => {
    const others = Object.keys(SHOWN_SIZES).filter((name) => {
      const [ours, theirs] = [inspectImage(fixture(name)), imageDimensionsFromData(fixture(name))];
      return sidesOf(ours) !== sidesOf(theirs);
    });
    expect(others).toEqual([
      "resolution-144-dpi-turned.jpg",
      "resolution-144-dpi.jpg",
      "first-frame-beyond-screen.gif",
      "screen-of-zero.gif",
      "animated-without-still.avif",
      "cropped-halves.avif",
      "cropped-top-left-rotated.avif",
      "cropped-top-left.avif",
    ]);
  });
});

describe("FORMATS", () => {
  test("names the extension and the media type of each format", () => {
    const named = Object.values(FORMATS).map(({ extension, mediaType }) => [extension, mediaType]);
    expect(named).toEqual([
      ["png", "image/png"],
      ["jpg", "image/jpeg"],
      ["gif", "image/gif"],
      ["webp", "image/webp"],
      ["avif", "image/avif"],
    ]);
  });
});

function sidesOf(size: { width: number; height: number } | undefined): string {
  const { width = 0, height = 0 } = size ?? {};
  return `${Math.min(width, height)} × ${Math.max(width, height)}`;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

function fileNames(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
