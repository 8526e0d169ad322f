import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspectImage } from "../../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../../lib/images/remove-metadata.ts";
import {
  COLOUR_TAGS,
  DISPLAY_TAG,
  SECRET,
  XMP,
  box,
  iccProfile,
  spliced,
  uint32,
} from "../metadata-writers.ts";
import { boxesOf, firstBox, grown, withProperty } from "./avif-writers.ts";

const NAMES = ["still.avif", "grid.avif", "animated.avif", "animated-without-still.avif"];
const STILL = fixture("still.avif");
const GRID = fixture("grid.avif");
const ANIMATED = fixture("animated.avif");
const TEXT = Buffer.from(SECRET);
const URN = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

/** The part of the secret that must be gone. Four letters may remain as a number, such as an id or a size. */
const TRACE = 8;

describe("removeMetadata() of an AVIF", () => {
  test.each(NAMES)("leaves no trace of a text that overwrites any part of %s", (name) => {
    const bytes = fixture(name);
    // The first 8 bytes of media data say how many tiles a grid has.
    const pixels = firstBox(bytes, "mdat").at + 8 + (name === "grid.avif" ? 8 : 0);
    for (let at = 0; at <= pixels - TEXT.length; at += 1) {
      const dirty = Buffer.from(bytes);
      TEXT.copy(dirty, at);
      expect(tracesIn(removeMetadata(dirty, "avif")?.bytes), `at ${at}`).toEqual([]);
    }
  });

  test.each(NAMES)("leaves no trace of a text after the fields of any box of %s", (name) => {
    const bytes = fixture(name);
    for (const each of boxesOf(bytes)) {
      const result = removeMetadata(grown(bytes, each, TEXT), "avif");
      expect(tracesIn(result?.bytes), `${each.type} at ${each.at}`).toEqual([]);
    }
  });

  test.each(NAMES)("leaves no trace of a box inside any box of %s", (name) => {
    const bytes = fixture(name);
    for (const each of boxesOf(bytes)) {
      const result = removeMetadata(grown(bytes, each, box("text", TEXT)), "avif");
      expect(tracesIn(result?.bytes), `${each.type} at ${each.at}`).toEqual([]);
    }
  });

  test.each<[what: string, dirty: Buffer]>([
    ["a handler", grown(STILL, firstBox(STILL, "hdlr"), TEXT, Buffer.of(0))],
    ["an item", grown(STILL, firstBox(STILL, "infe"), TEXT, Buffer.of(0))],
    ["a tile", grown(GRID, firstBox(GRID, "infe"), TEXT, Buffer.of(0))],
    ["the depths of its channels", grown(STILL, firstBox(STILL, "pixi"), TEXT)],
    ["a codec", overwritten(ANIMATED, ANIMATED.lastIndexOf("av01") + 46)],
    ["brands", overwritten(ANIMATED, 16)],
    ["a version of the brand", overwritten(STILL, 12, "text")],
    ["what the codec need not know", configured(Buffer.of(0x2a, 17, 4), TEXT, Buffer.of(0x80))],
    ["transparency", withProperty(STILL, "auxC", uint32(0), URN, TEXT)],
    ["a property that nobody knows", withProperty(STILL, "text", TEXT)],
    ["a crop", withProperty(STILL, "clap", Buffer.from(SECRET.repeat(3)).subarray(0, 32))],
    ["the shape of its pixels", withProperty(STILL, "pasp", TEXT)],
    ["the display of its maker", withProperty(STILL, "mdcv", TEXT)],
    ["a profile that is none", withProperty(STILL, "colr", "prof", XMP)],
    ["colours of no kind", withProperty(STILL, "colr", "text", TEXT)],
    ["a group", grown(STILL, firstBox(STILL, "meta"), box("grpl", box("altr", TEXT)))],
  ])("keeps the image and removes the name of %s", (_, dirty) => {
    const result = removeMetadata(dirty, "avif");
    expect(result?.removed).toEqual(["other"]);
    expect(tracesIn(result?.bytes)).toEqual([]);
    expect(tracesIn(dirty)).not.toEqual([]);
    expect(inspectImage(result?.bytes ?? TEXT)).toMatchObject({ type: "avif" });
  });

  test("removes metadata from the coded image, and keeps its length", () => {
    const metadata = Buffer.concat([Buffer.of(0x2a, 17, 4), TEXT, Buffer.of(0x80)]);
    const bytes = codedAs(metadata);
    const { bytes: clean = TEXT } = removeMetadata(bytes, "avif") ?? {};
    expect(clean).toHaveLength(bytes.length);
    const padding = Buffer.concat([Buffer.of(0x7a, 17), Buffer.alloc(16), Buffer.of(0x80)]);
    expect(Buffer.from(clean).equals(codedAs(padding))).toBe(true);
  });

  test("removes a display's serial number from a profile without moving anything", () => {
    const shared = {
      DISPLAY: iccProfile([DISPLAY_TAG, ...COLOUR_TAGS]),
      CLEAN: iccProfile(COLOUR_TAGS),
    };
    const dirty = withProperty(STILL, "colr", "prof", shared.DISPLAY);
    const rest = Buffer.alloc(shared.DISPLAY.length - shared.CLEAN.length);
    const clean = withProperty(STILL, "colr", "prof", shared.CLEAN, rest);
    const result = removeMetadata(dirty, "avif");
    expect(result?.removed).toEqual(["other"]);
    expect(Buffer.from(result?.bytes ?? []).equals(clean)).toBe(true);
  });

  test("removes an image that the displayed one does not need", () => {
    const bytes = Buffer.from(GRID);
    const references = firstBox(bytes, "iref");
    // The tiles no longer belong to anything, and the first is displayed.
    bytes.write("free", bytes.indexOf("dimg", references.at));
    bytes.writeUInt16BE(2, firstBox(bytes, "pitm").at + 12);
    const [, second] = [bytes.readUInt32BE(bytes.indexOf("iloc") + 26), bytes.lastIndexOf("mdat")];
    const { bytes: clean = TEXT, removed } = removeMetadata(bytes, "avif") ?? {};
    expect(removed).toEqual(["other"]);
    expect(Buffer.from(clean).subarray(-151).equals(Buffer.alloc(151))).toBe(true);
    expect(second).toBeGreaterThan(0);
  });

  test("refuses an unknown essential property", () => {
    const dirty = withProperty(STILL, "text", TEXT);
    const ipma = firstBox(dirty, "ipma");
    const last = dirty.subarray(0, ipma.end);
    last.writeUInt8((last.at(-1) ?? 0) | 0x80, last.length - 1);
    expect(removeMetadata(dirty, "avif")).toBeUndefined();
    expect(inspectImage(dirty)).toBeUndefined();
  });

  test.each<[what: string, bytes: Buffer]>([
    ["an item in two places", duplicated("iloc")],
    ["items that are not counted", duplicated("iinf")],
  ])("refuses %s", (_, bytes) => {
    expect(removeMetadata(bytes, "avif")).toBeUndefined();
  });
});

describe("inspectImage() of an animated AVIF", () => {
  const bare = fixture("animated-without-still.avif");

  test("reads the size of the track, even if its matrix rotates it", () => {
    const turned = Buffer.from(bare);
    const matrix = firstBox(turned, "tkhd").end - 44;
    for (const [index, value] of [0, 0x1_0000, 0, -0x1_0000, 0].entries()) {
      turned.writeInt32BE(value, matrix + 4 * index);
    }
    expect(inspectImage(turned)).toEqual({ type: "avif", width: 48, height: 32 });
  });

  test("refuses frames of another size, which Chromium does not draw", () => {
    const wrong = Buffer.from(bare);
    wrong.writeUInt32BE(24 * 65_536, firstBox(wrong, "tkhd").end - 8);
    expect(inspectImage(wrong)).toBeUndefined();
  });

  test("refuses a file without the still image that it announces", () => {
    const wrong = Buffer.from(bare);
    wrong.write("avif", 16);
    expect(inspectImage(wrong)).toBeUndefined();
  });

  test("reads the still image if that is announced first", () => {
    const still = Buffer.from(ANIMATED);
    still.write("avif", 8);
    still.writeUInt32BE(24 * 65_536, firstBox(still, "tkhd").end - 8);
    expect(inspectImage(still)).toEqual({ type: "avif", width: 48, height: 32 });
  });
});

function tracesIn(bytes: Uint8Array | undefined): string[] {
  const found = Buffer.from(bytes ?? []);
  const pieces = Array.from({ length: SECRET.length - TRACE + 1 }, (_, at) =>
    SECRET.slice(at, at + TRACE),
  );
  return pieces.filter((piece) => found.includes(piece));
}

function overwritten(bytes: Buffer, at: number, text = SECRET): Buffer {
  const dirty = Buffer.from(bytes);
  dirty.write(text, at);
  return text === SECRET ? dirty : grown(dirty, firstBox(dirty, "hdlr"), TEXT);
}

function configured(...parts: Buffer[]): Buffer {
  return grown(STILL, firstBox(STILL, "av1C"), ...parts);
}

/** Adds data to the coded image, between its header and its pixels. */
function codedAs(part: Buffer): Buffer {
  const mdat = firstBox(STILL, "mdat");
  const headerEnd = mdat.at + 8 + 13;
  const bytes = spliced(STILL, headerEnd, part);
  bytes.writeUInt32BE(mdat.end - mdat.at + part.length, mdat.at);
  const iloc = firstBox(bytes, "iloc");
  bytes.writeUInt32BE(bytes.readUInt32BE(iloc.end - 4) + part.length, iloc.end - 4);
  return bytes;
}

function duplicated(type: "iloc" | "iinf"): Buffer {
  const list = firstBox(STILL, type);
  const entry = STILL.subarray(list.at + (type === "iloc" ? 16 : 14), list.end);
  const bytes = grown(STILL, list, entry);
  if (type === "iloc") {
    bytes.writeUInt16BE(2, list.at + 14);
  } else {
    bytes.writeUInt16BE(2, list.at + 12 + entry.length);
  }
  return bytes;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/images/${name}`, import.meta.url));
}
