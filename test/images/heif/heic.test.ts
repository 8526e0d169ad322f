import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHeic } from "../../../lib/images/heif/brands.ts";
import { kindsOfHeic } from "../../../lib/images/heif/heic-metadata.ts";
import { readHeicColour, readHeicOrientation } from "../../../lib/images/heif/heic.ts";
import { box, contentCredentials } from "../metadata-writers.ts";

const IMAGES = new URL("../../fixtures/images/", import.meta.url);
const FIXTURES = new URL("heic/", IMAGES);
const NAMES = readdirSync(FIXTURES);
const P3_BYTES = 480;

describe("isHeic()", () => {
  test.each(NAMES)("recognizes %s", (name) => {
    expect(isHeic(fixture(name))).toBe(true);
  });

  test.each(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"])(
    "recognizes the brand %s, as major or compatible brand",
    (brand) => {
      expect(isHeic(ftyp(brand))).toBe(true);
      expect(isHeic(ftyp("XXXX", "XXXX", brand))).toBe(true);
    },
  );

  test("reads no brand from the version, which is between them", () => {
    expect(isHeic(box("ftyp", Buffer.from("XXXXheicXXXX")))).toBe(false);
  });

  test.each(["avif", "avis"])("takes a general brand beside %s for an AVIF", (brand) => {
    expect(isHeic(ftyp("mif1", brand))).toBe(false);
    expect(isHeic(ftyp(brand, "mif1", "msf1"))).toBe(false);
  });

  test.each(filesIn(IMAGES).filter((name) => name !== "heic-brand-first.avif"))(
    "does not take %s for HEIC",
    (name) => {
      expect(isHeic(readFileSync(new URL(name, IMAGES)))).toBe(false);
    },
  );

  test("reads no brand after the end of the box or of the file", () => {
    const brands = ftyp("XXXX", "XXXX", "heic");
    const shorter = Buffer.from(brands);
    shorter.writeUInt32BE(brands.length - 4, 0);
    expect(isHeic(shorter)).toBe(false);
    expect(isHeic(brands.subarray(0, -1))).toBe(false);
    expect(isHeic(brands.subarray(0, 15))).toBe(false);
  });

  test("never throws, whatever follows the type", () => {
    const start = Buffer.from("ftyp");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array(), (size, rest) => {
        expect(isHeic(Buffer.concat([size, start, rest]))).toBeTypeOf("boolean");
      }),
    );
  });

  test("reads a file of nothing but brands quickly", () => {
    expect(isHeic(ftyp("XXXX".repeat(4_000_000)))).toBe(false);
  }, 1_000);
});

describe("readHeicColour()", () => {
  test.each(["display-p3.heic", "grid-rotated.heic"])("finds the profile of %s", (name) => {
    const colour = readHeicColour(fixture(name));
    expect(colour).toMatchObject({ kind: "profile", icc: { length: P3_BYTES } });
  });

  test("prefers the profile to code points", () => {
    const colour = readHeicColour(fixture("numbers-and-profile.heic"));
    expect(colour).toMatchObject({ kind: "profile", icc: { length: P3_BYTES } });
  });

  test("reads the tiles' profile if the grid has none", () => {
    const colour = readHeicColour(fixture("grid-colour-of-tiles.heic"));
    expect(colour).toMatchObject({ kind: "profile", icc: { length: P3_BYTES } });
  });

  test("ends even if images are made of each other", () => {
    const bytes = fixture("grid-colour-of-tiles.heic");
    const reference = bytes.indexOf("dimg") + 8;
    bytes.writeUInt16BE(bytes.readUInt16BE(reference - 4), reference);
    expect(readHeicColour(bytes)).toEqual({ kind: "srgb" });
  });

  test.each(["still.heic", "alpha.heic", "rotated.heic", "srgb-numbers.heic"])(
    "takes %s for sRGB",
    (name) => {
      expect(readHeicColour(fixture(name))).toEqual({ kind: "srgb" });
    },
  );

  test.each([1, 2, 5, 6])("takes primaries %i with every plain transfer for sRGB", (one) => {
    for (const transfer of [1, 2, 6, 13]) {
      expect(readHeicColour(withNumbers(one, transfer))).toEqual({ kind: "srgb" });
    }
  });

  test.each([
    { colours: "Display P3", primaries: 12, transfer: 13 },
    { colours: "BT.2020", primaries: 9, transfer: 14 },
    { colours: "PQ", primaries: 9, transfer: 16 },
    { colours: "HLG", primaries: 9, transfer: 18 },
    { colours: "PQ of BT.709", primaries: 1, transfer: 16 },
    { colours: "linear light", primaries: 1, transfer: 8 },
    { colours: "nothing known", primaries: 0, transfer: 0 },
  ])("does not take $colours for sRGB", ({ primaries, transfer }) => {
    expect(readHeicColour(withNumbers(primaries, transfer))).toEqual({ kind: "unknown" });
  });

  test.each(NAMES)(
    "reads the same colour from a truncated %s as from the whole, or none",
    (name) => {
      const bytes = fixture(name);
      const colour = readHeicColour(bytes);
      for (let length = 0; length < Math.min(bytes.length, 2000); length += 1) {
        const cut = readHeicColour(bytes.subarray(0, length));
        expect([{ kind: "unknown" }, colour], `${length} bytes`).toContainEqual(cut);
      }
    },
  );

  test("never throws, whichever byte of a fixture changes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES.map(fixture)),
        fc.nat(),
        fc.nat(255),
        (bytes, position, value) => {
          const changed = Uint8Array.from(bytes);
          changed[position % changed.length] = value;
          expect(readHeicColour(changed)).toHaveProperty("kind");
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("kindsOfHeic()", () => {
  const entry = box("infe", Buffer.of(2, 0, 0, 0, 0, 1, 0, 0), "tmap\0");
  const property = (urn: string) => box("iprp", box("ipco", box("auxC", Buffer.alloc(4), urn)));

  test.each<[what: string, boxes: Buffer[], kinds: string[]]>([
    ["Apple's gain map", [meta(property("urn:com:apple:photo:2020:aux:hdrgainmap\0"))], ["hdr"]],
    ["a tone map", [meta(box("iinf", Buffer.of(0, 0, 0, 0, 0, 1), entry))], ["hdr"]],
    ["a depth map", [meta(property("urn:mpeg:hevc:2015:auxid:2\0"))], []],
    [
      "C2PA",
      [box("uuid", Buffer.from("d8fec3d61b0e483c92975828877ec481", "hex"))],
      ["credentials"],
    ],
    ["JUMBF of C2PA", [contentCredentials()], ["credentials"]],
    ["words", [box("free", "hdrgainmap tmap c2pa jumb")], []],
  ])("reads the kinds of %s", (_, boxes, kinds) => {
    expect(kindsOfHeic(Buffer.concat([ftyp("heic"), ...boxes]))).toEqual(kinds);
  });
});

describe.each([
  ["readHeicOrientation()", readHeicOrientation, [6, 1, 1]],
  ["kindsOfHeic()", kindsOfHeic, [["other"], ["other"], ["location", "credit"]]],
] as const)("%s", (_, read, expected) => {
  const heics = [withoutTurn(), fixture("rotated-with-exif.heic"), fixture("location.heic")];

  test("reads EXIF", () => {
    expect(heics.map((heic) => read(heic))).toEqual(expected);
  });

  test("never throws, wherever a file ends and whichever byte changes", () => {
    for (const heic of heics) {
      for (let at = 0; at < heic.length; at += 1) {
        const changed = Uint8Array.from(heic);
        changed[at] = 255 - (heic[at] ?? 0);
        expect(() => [read(heic.subarray(0, at)), read(changed)], `byte ${at}`).not.toThrow();
      }
    }
  });
});

/** Renames the property that rotates the image. */
function withoutTurn(): Buffer {
  const bytes = Buffer.from(fixture("rotated-with-exif.heic"));
  bytes.write("none", bytes.indexOf("irot"), "latin1");
  return bytes;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

function filesIn(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function ftyp(major: string, ...others: string[]): Buffer {
  return box("ftyp", Buffer.from([major, "\0\0\0\0", ...others].join("")));
}

function withNumbers(primaries: number, transfer: number): Buffer {
  const bytes = fixture("display-p3-numbers.heic");
  const at = bytes.indexOf("nclx") + 4;
  bytes.writeUInt16BE(primaries, at);
  bytes.writeUInt16BE(transfer, at + 2);
  return bytes;
}

function meta(...boxes: Buffer[]): Buffer {
  return box("meta", Buffer.alloc(4), ...boxes);
}
