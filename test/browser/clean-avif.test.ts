import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import { firstBox, grown, numbersOfColour, withProperty } from "../images/heif/avif-writers.ts";
import {
  COLOUR_TAGS,
  DISPLAY_TAG,
  SECRET,
  box,
  gifExtension,
  iccProfile,
  spliced,
  uint32,
} from "../images/metadata-writers.ts";
import { type Shown, drawImages } from "./chromium.ts";

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const STILL = fixture("still.avif");
const GRID = fixture("grid.avif");
const ANIMATED = fixture("animated.avif");
const BARE = fixture("animated-without-still.avif");
const GIF = fixture("still.gif");
const TEXT = Buffer.from(SECRET);
const DISPLAY = iccProfile([DISPLAY_TAG, ...COLOUR_TAGS]);
const ICC_PARTS = [DISPLAY.subarray(0, 200), DISPLAY.subarray(200)];
const PROFILED = withProperty(STILL, "colr", "prof", DISPLAY);

/** Chromium reads all of these although they hold more than it expects. */
const SLACK = "pitm ispe pixi auxC mvhd tkhd mdhd vmhd elst stts stsc stsz stco stss ccst auxi";

const SAME_LOOKS: [what: string, dirty: Buffer][] = [
  ["a still image", STILL],
  ["tiles", GRID],
  ["an animation with transparency", ANIMATED],
  ["an animation without a still image", BARE],
  ["a thumbnail", fixture("thumbnail-larger-and-rotated.avif")],
  ["a crop", fixture("cropped-top-left-rotated.avif")],
  ["a crop that is ignored", fixture("cropped-halves.avif")],
  ["EXIF and XMP", fixture("metadata/location.avif")],
  ["the serial number of a display", PROFILED],
  ["it and numbers", withProperty(PROFILED, "colr", numbersOfColour(2, 2, 6))],
  ["numbers", withProperty(STILL, "colr", numbersOfColour(1, 13, 6, false))],
  ["names", padded(STILL, "hdlr infe")],
  [
    "a group",
    grown(
      STILL,
      firstBox(STILL, "meta"),
      box("grpl", box("ster", uint32(0), "text", uint32(2), "Somebody")),
    ),
  ],
  ["the shape of its pixels", withProperty(STILL, "pasp", uint32(2), uint32(1))],
  ["the display of its maker", withProperty(STILL, "mdcv", TEXT, TEXT.subarray(0, 9))],
  ["a property that nobody knows", withProperty(STILL, "text", TEXT)],
  ["other brands", branded(ANIMATED)],
  ["text behind the fields of its boxes", padded(ANIMATED, SLACK)],
];

const NOT_SHOWN: [what: string, bytes: Buffer][] = [
  ["a profile that is none", withProperty(STILL, "colr", "prof", TEXT)],
  ["an animation of another size", resized(BARE)],
  ["an animation that lacks its still image", written(BARE, 16, "avif")],
  ["an essential property that nobody knows", essential(withProperty(STILL, "text", TEXT))],
];

describe("removeMetadata() does not change what Chromium draws", () => {
  const before = new Map<string, Shown>();
  const after = new Map<string, Shown>();
  const profiledGif = gif(gifExtension(0xff, "", "ICCRGBG1012"));

  beforeAll(async () => {
    const dirty = [...SAME_LOOKS.map(([, bytes]) => bytes), profiledGif];
    const names = [...SAME_LOOKS.map(([what]) => what), "a profile in a GIF"];
    const unshown = NOT_SHOWN.map(([, bytes]) => bytes);
    const shown = await drawImages(chromium, [...dirty, ...dirty.map(cleaned), ...unshown, GIF]);
    for (const [index, name] of names.entries()) {
      before.set(name, shown[index]);
      after.set(name, shown[dirty.length + index]);
    }
    for (const [index, [what]] of NOT_SHOWN.entries()) {
      before.set(what, shown[2 * dirty.length + index]);
    }
    before.set("no profile in a GIF", shown.at(-1));
  }, 60_000);

  test.each(SAME_LOOKS)("of an AVIF with %s", (what, dirty) => {
    const shown = before.get(what);
    expect(shown?.pixels).toBeDefined();
    expect(after.get(what)).toEqual(shown);
    expect(inspectImage(dirty)).toMatchObject({ width: shown?.width, height: shown?.height });
    expect(shown?.frames).toBe(what.includes("animation") || dirty.includes("moov") ? 3 : 1);
  });

  test("and Chromium shows the profile", () => {
    const plain = before.get("a still image")?.pixels;
    expect(before.get("the serial number of a display")?.pixels).not.toBe(plain);
  });

  test("of a GIF with a profile, which Chromium ignores", () => {
    const plain = before.get("no profile in a GIF");
    expect(plain?.pixels).toBeDefined();
    expect(before.get("a profile in a GIF")).toEqual(plain);
    expect(after.get("a profile in a GIF")).toEqual(plain);
  });

  test.each(NOT_SHOWN)("and Chromium draws nothing of an AVIF with %s", (what, bytes) => {
    expect(before.get(what)?.pixels).toBeUndefined();
    expect(inspectImage(bytes)).toBeUndefined();
  });
});

function cleaned(bytes: Buffer): Uint8Array {
  const type = inspectImage(bytes)?.type;
  const result = type && removeMetadata(bytes, type);
  if (!result) {
    throw new Error("Cannot remove the metadata of an image");
  }
  return result.bytes;
}

function gif(extension: Buffer): Buffer {
  const parts = ICC_PARTS.flatMap((part) => [Buffer.of(part.length), part]);
  const profile = Buffer.concat([extension.subarray(0, -1), ...parts, Buffer.of(0)]);
  return spliced(GIF, 13 + 3 * 2 ** (((GIF[10] ?? 0) & 7) + 1), profile);
}

function branded(bytes: Buffer): Buffer {
  return written(written(bytes, 28, "text"), 12, "text");
}

function padded(bytes: Buffer, types: string): Buffer {
  return types
    .split(" ")
    .reduce((padding, type) => grown(padding, firstBox(padding, type), TEXT), bytes);
}

function resized(bytes: Buffer): Buffer {
  const wrong = Buffer.from(bytes);
  wrong.writeUInt32BE(24 * 65_536, firstBox(wrong, "tkhd").end - 8);
  return wrong;
}

function essential(bytes: Buffer): Buffer {
  const last = firstBox(bytes, "ipma").end - 1;
  return written(bytes, last, String.fromCodePoint(bytes.readUInt8(last) | 0x80));
}

function written(bytes: Buffer, at: number, text: string): Buffer {
  const output = Buffer.from(bytes);
  output.write(text, at, "latin1");
  return output;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url));
}
