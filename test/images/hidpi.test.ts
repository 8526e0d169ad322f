import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHiDpi } from "../../lib/images/hidpi.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import { jpegSegment, pngChunk, spliced, uint32 } from "./metadata-writers.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const AFTER_PNG_HEADER = 33;
const METRES = 1;
const NO_UNIT = 0;

/** JFIF and EXIF number their units differently. */
const JFIF = { inches: 1, centimetres: 2 };
const EXIF = { none: 1, inches: 2, centimetres: 3 };

describe("isHiDpi() of a PNG", () => {
  test("is true for a macOS screenshot", () => {
    expect(isHiDpiFile(fixture("screenshot-144-dpi.png"))).toBe(true);
  });

  test.each([5650, 5668, 5669, 5670, 5671, 5688])("accepts %i per metre as 144 dpi", (dots) => {
    expect(isHiDpiFile(png(phys(dots)))).toBe(true);
  });

  test.each([0, 2835, 5630, 5649, 5689, 5709, 11_339, 0xffffffff])(
    "does not accept %i per metre as 144 dpi",
    (dots) => {
      expect(isHiDpiFile(png(phys(dots)))).toBe(false);
    },
  );

  test("needs both directions, metres, and an intact chunk of nine bytes before the pixels", () => {
    const damaged = Buffer.from(phys(5669));
    damaged.writeUInt8(1, damaged.length - 1);
    expect(isHiDpiFile(png(phys(5669, 2835)))).toBe(false);
    expect(isHiDpiFile(png(phys(2835, 5669)))).toBe(false);
    expect(isHiDpiFile(png(phys(5669, 5669, NO_UNIT)))).toBe(false);
    const dots = [uint32(5669), uint32(5669)];
    expect(isHiDpiFile(png(pngChunk("pHYs", ...dots)))).toBe(false);
    expect(isHiDpiFile(png(pngChunk("pHYs", ...dots, Buffer.of(METRES, 0))))).toBe(false);
    expect(isHiDpiFile(png(damaged))).toBe(false);
    expect(isHiDpiFile(Buffer.concat([fixture("no-iend.png"), phys(5669)]))).toBe(false);
  });

  test("reads the first of several intact chunks", () => {
    expect(isHiDpiFile(png(phys(5669), phys(2835)))).toBe(true);
    expect(isHiDpiFile(png(phys(2835), phys(5669)))).toBe(false);
  });

  test("is false without a declaration", () => {
    expect(isHiDpiFile(fixture("truecolour.png"))).toBe(false);
  });
});

describe("isHiDpi() of a JPEG", () => {
  test.each([
    ["144 per inch", jfif(JFIF.inches, 144), true],
    ["143 per inch", jfif(JFIF.inches, 143), false],
    ["145 per inch", jfif(JFIF.inches, 145), false],
    ["72 per inch", jfif(JFIF.inches, 72), false],
    ["57 per centimetre", jfif(JFIF.centimetres, 57), true],
    ["56 per centimetre", jfif(JFIF.centimetres, 56), false],
    ["58 per centimetre", jfif(JFIF.centimetres, 58), false],
    ["144 per centimetre", jfif(JFIF.centimetres, 144), false],
    ["144 of no unit", jfif(NO_UNIT, 144), false],
    ["144 across only", jfif(JFIF.inches, 144, 72), false],
    ["144 down only", jfif(JFIF.inches, 72, 144), false],
    ["a segment cut short", jpegSegment(0xe0, "JFIF\0\x01\x02\x01\0\x90\0\x90\0"), false],
    ["another segment", jpegSegment(0xe0, "JFXX\0\x01\x02\x01\0\x90\0\x90\0\0"), false],
  ])("with JFIF of %s", (_, segment, expected) => {
    expect(isHiDpiFile(jpeg(segment))).toBe(expected);
  });

  test.each([
    ["144 per inch", exif(EXIF.inches, 144), true],
    ["144 of no said unit, which is inches", exif(undefined, 144), true],
    ["143.5 per inch", exif(EXIF.inches, 143.5), true],
    ["143.49 per inch", exif(EXIF.inches, 143.49), false],
    ["144.5 per inch", exif(EXIF.inches, 144.5), false],
    ["143 per inch", exif(EXIF.inches, 143), false],
    ["145 per inch", exif(EXIF.inches, 145), false],
    ["56.69 per centimetre", exif(EXIF.centimetres, 56.69), true],
    ["57 per centimetre", exif(EXIF.centimetres, 57), true],
    ["57.09 per centimetre", exif(EXIF.centimetres, 57.09), false],
    ["56.3 per centimetre", exif(EXIF.centimetres, 56.3), false],
    ["144 per centimetre", exif(EXIF.centimetres, 144), false],
    ["144 without a unit", exif(EXIF.none, 144), false],
    ["144 across only", exif(EXIF.inches, 144, 72), false],
    ["144 down only", exif(EXIF.inches, 72, 144), false],
    ["0 / 0", exif(EXIF.inches, Number.NaN), false],
  ])("with EXIF of %s", (_, segment, expected) => {
    expect(isHiDpiFile(jpeg(segment))).toBe(expected);
  });

  test("reads EXIF before JFIF", () => {
    const standard = jfif(JFIF.inches, 72);
    const double = jfif(JFIF.inches, 144);
    expect(isHiDpiFile(jpeg(standard, exif(EXIF.inches, 144)))).toBe(true);
    expect(isHiDpiFile(jpeg(exif(EXIF.inches, 144), standard))).toBe(true);
    expect(isHiDpiFile(jpeg(double, exif(EXIF.inches, 72)))).toBe(false);
  });

  test("reads JFIF if EXIF declares no density", () => {
    const double = jfif(JFIF.inches, 144);
    expect(isHiDpiFile(jpeg(double, exif(EXIF.none, 1)))).toBe(true);
    expect(isHiDpiFile(spliced(fixture("orientation-6-big-endian.jpg"), 2, double))).toBe(true);
  });

  test("reads the first EXIF block, and none after the start of the scan", () => {
    const [standard, double] = [exif(EXIF.inches, 72), exif(EXIF.inches, 144)];
    expect(isHiDpiFile(jpeg(double, standard))).toBe(true);
    expect(isHiDpiFile(jpeg(standard, double))).toBe(false);
    expect(isHiDpiFile(Buffer.concat([fixture("no-eoi.jpg"), double]))).toBe(false);
  });

  test("is false without a declaration", () => {
    expect(isHiDpiFile(fixture("baseline.jpg"))).toBe(false);
    expect(isHiDpiFile(fixture("resolution-300-dpi-camera.jpg"))).toBe(false);
  });
});

describe("isHiDpi() of the published image", () => {
  test.each(["resolution-144-dpi.jpg", "resolution-144-dpi-turned.jpg"])(
    "is false for %s, which Chromium halves because of its EXIF, and true once that is removed",
    (name) => {
      const source = fixture(name);
      expect(isHiDpiFile(source)).toBe(false);
      expect(isHiDpi(source, withoutMetadata(source))).toBe(true);
    },
  );

  test("is true with or without EXIF if that does not change the size", () => {
    const source = fixture("resolution-144-dpi-full-size.jpg");
    expect(isHiDpiFile(source)).toBe(true);
    expect(isHiDpi(source, withoutMetadata(source))).toBe(true);
  });

  test("ignores the orientation and the file's offset in its buffer", () => {
    const source = fixture("orientation-6-big-endian.jpg");
    const file = spliced(source, 2, jfif(JFIF.inches, 144));
    const shared = Buffer.concat([Buffer.alloc(7, 0xff), file, Buffer.alloc(7, 0xff)]);
    expect(isHiDpiFile(shared.subarray(7, 7 + file.length))).toBe(true);
  });

  test.each(["alpha.webp", "still.gif", "still.avif", "refused/photo.heic"])(
    "is false for %s",
    (name) => {
      expect(isHiDpi(fixture(name), { type: "jpg", width: 64, height: 48 })).toBe(false);
      expect(isHiDpiFile(fixture(name))).toBe(false);
    },
  );
});

describe("isHiDpi() of hostile bytes", () => {
  const files = [
    fixture("screenshot-144-dpi.png"),
    fixture("resolution-144-dpi-full-size.jpg"),
    jpeg(jfif(JFIF.inches, 144), exif(EXIF.inches, 144)),
  ];
  const facts = { type: "png", width: 48, height: 32 } as const;

  test("never throws for a truncated file", () => {
    for (const bytes of files) {
      for (let length = 0; length < bytes.length; length += 1) {
        expect(isHiDpi(bytes.subarray(0, length), facts)).toBeTypeOf("boolean");
      }
    }
  });

  test("never throws, whichever byte changes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), (bytes, position, value) => {
        const changed = Uint8Array.from(bytes);
        changed[position % changed.length] = value;
        expect(isHiDpi(changed, facts)).toBeTypeOf("boolean");
      }),
      { numRuns: 3000 },
    );
  });

  test("never throws for anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(isHiDpi(bytes, facts)).toBe(false);
      }),
    );
  });
});

/** With `KEEP_METADATA=true`, the published image is the file itself. */
function isHiDpiFile(bytes: Uint8Array): boolean {
  return isHiDpi(bytes, inspectImage(bytes) ?? { type: "png", width: 0, height: 0 });
}

function withoutMetadata(bytes: Uint8Array) {
  const clean = removeMetadata(bytes, "jpg");
  const facts = clean && inspectImage(clean.bytes);
  if (facts === undefined) {
    throw new Error("Cannot clean a fixture");
  }
  return facts;
}

function png(...chunks: Buffer[]): Buffer {
  return spliced(fixture("truecolour.png"), AFTER_PNG_HEADER, ...chunks);
}

function phys(x: number, y = x, unit = METRES): Buffer {
  return pngChunk("pHYs", uint32(x), uint32(y), Buffer.of(unit));
}

function jpeg(...segments: Buffer[]): Buffer {
  return spliced(fixture("baseline.jpg"), 2, ...segments);
}

function jfif(unit: number, x: number, y = x): Buffer {
  const density = Buffer.alloc(4);
  density.writeUInt16BE(x);
  density.writeUInt16BE(y, 2);
  return jpegSegment(0xe0, "JFIF\0\x01\x02", Buffer.of(unit), density, "\0\0");
}

function exif(unit: number | undefined, x: number, y = x): Buffer {
  const entries = [
    entry(0x011a, 5, 100),
    entry(0x011b, 5, 108),
    ...(unit === undefined ? [] : [entry(0x0128, 3, unit * 0x10000)]),
  ];
  const tiff = Buffer.alloc(116);
  tiff.write("MM\0*\0\0\0\x08\0", "latin1");
  tiff.writeUInt8(entries.length, 9);
  Buffer.concat(entries).copy(tiff, 10);
  rational(x).copy(tiff, 100);
  rational(y).copy(tiff, 108);
  return jpegSegment(0xe1, "Exif\0\0", tiff);
}

function entry(tag: number, type: number, value: number): Buffer {
  return Buffer.concat([uint32(tag * 0x10000 + type), uint32(1), uint32(value)]);
}

function rational(value: number): Buffer {
  if (Number.isNaN(value)) {
    return Buffer.alloc(8);
  }
  return Buffer.concat([uint32(Math.round(value * 100)), uint32(100)]);
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}
