import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageType } from "../../lib/images/formats.ts";
import { isAnimated } from "../../lib/images/is-animated.ts";
import { box, gifExtension, pngChunk, riff, spliced, webpChunk } from "./metadata-writers.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const TYPES: ImageType[] = ["png", "jpg", "gif", "webp", "avif"];

const AFTER_IHDR = 33;
const FRAME_COUNT = pngChunk("acTL", Buffer.of(0, 0, 0, 1, 0, 0, 0, 0));

describe("isAnimated()", () => {
  test.each([
    ["animated.png", "png"],
    ["animated.gif", "gif"],
    ["animated.webp", "webp"],
  ] as const)("is true for %s", (name, type) => {
    expect(isAnimated(fixture(name), type)).toBe(true);
  });

  test.each([
    ["truecolour.png", "png"],
    ["interlaced.png", "png"],
    ["baseline.jpg", "jpg"],
    ["two-images.jpg", "jpg"],
    ["still.gif", "gif"],
    ["still-87a.gif", "gif"],
    ["comment.gif", "gif"],
    ["no-trailer.gif", "gif"],
    ["first-frame-beyond-screen.gif", "gif"],
    ["lossy.webp", "webp"],
    ["extended.webp", "webp"],
    ["still.avif", "avif"],
    ["grid.avif", "avif"],
  ] as const)("is false for %s", (name, type) => {
    expect(isAnimated(fixture(name), type)).toBe(false);
  });

  test("is true for a PNG that declares frames before the pixels, and false if it does so after them", () => {
    const png = fixture("truecolour.png");
    expect(isAnimated(spliced(png, AFTER_IHDR, FRAME_COUNT), "png")).toBe(true);
    expect(isAnimated(spliced(png, png.length - 12, FRAME_COUNT), "png")).toBe(false);
  });

  test("is false for a GIF that loops over one frame", () => {
    const looping = gifExtension(0xff, "\x01\0\0", "NETSCAPE2.0");
    expect(
      isAnimated(spliced(fixture("still.gif"), afterScreen("still.gif"), looping), "gif"),
    ).toBe(false);
  });

  test.each([
    ["between empty blocks", Buffer.of(0, 0)],
    ["after an extension", gifExtension(0xfe, "a comment")],
  ])("is true for a GIF whose second frame is %s", (_, between) => {
    const still = fixture("still.gif");
    const frame = still.subarray(afterScreen("still.gif"), -1);
    expect(isAnimated(Buffer.concat([still.subarray(0, -1), between, frame]), "gif")).toBe(true);
  });

  test("is false for a GIF with a second frame after its end", () => {
    const still = fixture("still.gif");
    const frame = still.subarray(afterScreen("still.gif"));
    expect(isAnimated(Buffer.concat([still, frame]), "gif")).toBe(false);
  });

  test("follows the flag of a WebP", () => {
    const extended = (flags: number) =>
      riff(webpChunk("VP8X", Buffer.of(flags, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    expect(isAnimated(extended(0x02), "webp")).toBe(true);
    expect(isAnimated(extended(0x3c), "webp")).toBe(false);
  });

  test.each([
    ["the first", ["avis", "\0\0\0\0", "mif1"], true],
    ["the last", ["avif", "\0\0\0\0", "mif1", "avis"], true],
    ["none", ["avif", "\0\0\0\0", "mif1"], false],
  ])("follows the brand avis if it is %s of an AVIF's", (_, brands, expected) => {
    const bytes = Buffer.concat([box("ftyp", ...brands), Buffer.from("avis")]);
    expect(isAnimated(bytes, "avif")).toBe(expected);
  });

  test.each(["animated.png", "animated.gif", "animated.webp", "still.avif"])(
    "returns a boolean for every beginning of %s",
    (name) => {
      const bytes = fixture(name);
      for (let length = 0; length <= bytes.length; length += 1) {
        for (const type of TYPES) {
          expect(isAnimated(bytes.subarray(0, length), type)).toBeTypeOf("boolean");
        }
      }
    },
  );

  test("returns a boolean for any bytes after the start of any format", () => {
    const starts = ["\x89PNG\r\n\x1a\n", "GIF89a", "RIFF\0\0\0\0WEBPVP8X", "\0\0\0\x20ftyp", ""];
    const start = fc.constantFrom(...starts).map((text) => Buffer.from(text, "latin1"));
    const bytes = fc
      .tuple(start, fc.uint8Array({ maxLength: 200 }))
      .map((parts) => Buffer.concat(parts));
    const types = fc.constantFrom(...TYPES);
    fc.assert(
      fc.property(bytes, types, (input, type) => {
        expect(isAnimated(input, type)).toBeTypeOf("boolean");
      }),
    );
  });
});

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

function afterScreen(name: string): number {
  return 13 + 3 * 2 ** (((fixture(name)[10] ?? 0) & 7) + 1);
}
