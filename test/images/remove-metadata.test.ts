import { readFileSync, readdirSync } from "node:fs";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageType } from "../../lib/images/formats.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import {
  COLOUR_TAGS,
  DISPLAY_TAG,
  SECRET,
  XMP,
  box,
  contentCredentials,
  exifBlock,
  gifExtension,
  iccProfile,
  iccpBody,
  jpegSegment,
  photoshopBlock,
  pngChunk,
  riff,
  spliced,
  webpChunk,
  xmpPacket,
} from "./metadata-writers.ts";

const TYPES: ImageType[] = ["jpg", "png", "gif", "webp", "avif"];
const FIXTURES = new URL("../fixtures/images/", import.meta.url);
/**
 * Files by sharp: EXIF with a place, a camera and a person, XMP with a place; jpg and png with a Display P3 profile.
 */
const METADATA = new URL("metadata/", FIXTURES);

const FILES = [...filesIn(FIXTURES), ...filesIn(METADATA)];

/** Their size comes from the resolution in EXIF. */
const SHOWN_LARGER = new Set(["resolution-144-dpi.jpg", "resolution-144-dpi-turned.jpg"]);

/**
 * Where a block is inserted: after the start (there is no JFIF), after IHDR, after the screen and its colours, after the
 * only chunk.
 */
const JPEG = fixture("baseline.jpg");
const PNG = fixture("truecolour.png");
const GIF = fixture("still.gif");
const WEBP = fixture("lossy.webp").subarray(12);
const AVIF = fixture("still.avif");
const AFTER_SCREEN = 13 + 3 * 2 ** (((GIF[10] ?? 0) & 7) + 1);
const COLOURS = iccProfile(COLOUR_TAGS);
const DISPLAY_COLOURS = iccProfile([DISPLAY_TAG, ...COLOUR_TAGS]);
const PROFILE = profileSegment(1, 1, COLOURS);
const EXTENDED = (flags: number) =>
  webpChunk("VP8X", Buffer.of(flags, 0, 0, 0, 47, 0, 0, 31, 0, 0));

const ORIENTATION_6 = Buffer.from("4d4d002a00000008000101120003000000010006000000000000", "hex");

const CASES: [name: string, type: ImageType, dirty: Buffer, clean: Buffer, removed: string[]][] = [
  ["EXIF", "jpg", jpeg(exifSegment(1)), JPEG, ["location", "credit"]],
  [
    "EXIF but the orientation",
    "jpg",
    jpeg(exifSegment(6)),
    jpeg(jpegSegment(0xe1, "Exif\0\0", ORIENTATION_6)),
    ["location", "credit"],
  ],
  [
    "XMP",
    "jpg",
    jpeg(jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\0", XMP)),
    JPEG,
    ["location", "credit"],
  ],
  ["IPTC", "jpg", jpeg(jpegSegment(0xed, photoshopBlock())), JPEG, ["location", "credit"]],
  ["a comment", "jpg", jpeg(jpegSegment(0xfe, SECRET)), JPEG, ["other"]],
  ["a JFXX thumbnail", "jpg", jpeg(jpegSegment(0xe0, "JFXX\0", SECRET)), JPEG, ["other"]],
  [
    "C2PA",
    "jpg",
    jpeg(jpegSegment(0xeb, "JP\0\x01\0\0\0\x01", contentCredentials())),
    JPEG,
    ["credentials"],
  ],
  ["other JUMBF", "jpg", jpeg(jpegSegment(0xeb, "JP\0\x01c2pa", SECRET)), JPEG, ["other"]],
  [
    "a gain map of Ultra HDR",
    "jpg",
    Buffer.concat([
      jpeg(xmpSegment({ attributes: 'hdrgm:Version="1.0"' }), jpegSegment(0xe2, "MPF\0", SECRET)),
      JPEG,
    ]),
    JPEG,
    ["location", "hdr", "other"],
  ],
  [
    "a gain map that says so itself",
    "jpg",
    Buffer.concat([JPEG, jpeg(xmpSegment({ attributes: 'HDRGainMap:HDRGainMapVersion="65536"' }))]),
    JPEG,
    ["hdr"],
  ],
  [
    "a gain map of ISO 21496-1 behind a preview",
    "jpg",
    Buffer.concat([
      JPEG,
      JPEG,
      jpeg(jpegSegment(0xe2, "urn:iso:std:iso:ts:21496:-1\0", Buffer.alloc(4))),
    ]),
    JPEG,
    ["hdr"],
  ],
  [
    "words about a gain map",
    "jpg",
    Buffer.concat([
      jpeg(xmpSegment({ elements: "<dc:title>hdrgm:Version HDRGainMap:</dc:title>" })),
      JPEG,
    ]),
    JPEG,
    ["location", "other"],
  ],
  [
    "what tells of a gain map that is not there",
    "jpg",
    jpeg(xmpSegment({ attributes: 'hdrgm:Version="1.0"' })),
    JPEG,
    ["location"],
  ],
  ["a list of more images", "jpg", jpeg(jpegSegment(0xe2, "MPF\0", SECRET)), JPEG, ["other"]],
  [
    "all but the ICC profile",
    "jpg",
    jpeg(PROFILE, jpegSegment(0xfe, SECRET)),
    jpeg(PROFILE),
    ["other"],
  ],
  [
    "the serial number of a display",
    "jpg",
    jpeg(profileSegment(1, 1, DISPLAY_COLOURS)),
    jpeg(PROFILE),
    ["other"],
  ],
  [
    "it from a profile in two parts",
    "jpg",
    jpeg(
      profileSegment(2, 2, DISPLAY_COLOURS.subarray(99)),
      profileSegment(1, 2, DISPLAY_COLOURS.subarray(0, 99)),
    ),
    jpeg(PROFILE),
    ["other"],
  ],
  [
    "a second profile",
    "jpg",
    jpeg(PROFILE, profileSegment(1, 1, COLOURS)),
    jpeg(PROFILE),
    ["other"],
  ],
  ["a profile that is 1 of 0", "jpg", jpeg(profileSegment(1, 0, COLOURS)), JPEG, ["other"]],
  ["half a profile", "jpg", jpeg(profileSegment(1, 2, COLOURS)), JPEG, ["other"]],
  ["a profile that is none", "jpg", jpeg(profileSegment(1, 1, SECRET)), JPEG, ["other"]],
  ["a second image", "jpg", Buffer.concat([JPEG, jpeg(exifSegment(6))]), JPEG, ["other"]],
  ["junk between segments", "jpg", jpeg(Buffer.from(SECRET)), JPEG, []],
  [
    "EXIF but the orientation",
    "png",
    png(pngChunk("eXIf", exifBlock(6))),
    png(pngChunk("eXIf", ORIENTATION_6)),
    ["location", "credit"],
  ],
  ["text", "png", png(pngChunk("tEXt", `Comment\0${SECRET}`)), PNG, ["other"]],
  ["an author", "png", png(pngChunk("zTXt", "Author\0\0", deflateSync(SECRET))), PNG, ["credit"]],
  [
    "XMP",
    "png",
    png(pngChunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0", XMP)),
    PNG,
    ["location", "credit"],
  ],
  [
    "compressed XMP",
    "png",
    png(pngChunk("iTXt", "XML:com.adobe.xmp\0\x01\0\0\0", deflateSync(XMP))),
    PNG,
    ["location", "credit"],
  ],
  [
    "ImageMagick's EXIF",
    "png",
    png(pngChunk("tEXt", `Raw profile type exif\0\nexif\n 600\n${exifBlock(1).toString("hex")}`)),
    PNG,
    ["location", "credit"],
  ],
  ["a time", "png", png(pngChunk("tIME", "\x07\xea\x0b\x17\x0c\0\0")), PNG, ["other"]],
  ["provenance", "png", png(pngChunk("caBX", SECRET)), PNG, ["credentials"]],
  ["what it does not know", "png", png(pngChunk("npTc", SECRET)), PNG, ["other"]],
  ["what follows the end", "png", Buffer.concat([PNG, Buffer.from(SECRET)]), PNG, ["other"]],
  [
    "the serial number of a display",
    "png",
    png(pngChunk("iCCP", iccpBody(DISPLAY_COLOURS))),
    png(pngChunk("iCCP", iccpBody(COLOURS))),
    ["other"],
  ],
  [
    "the name of a display",
    "png",
    png(pngChunk("iCCP", iccpBody(COLOURS, SECRET))),
    png(pngChunk("iCCP", iccpBody(COLOURS))),
    ["other"],
  ],
  [
    "what follows a profile",
    "png",
    png(pngChunk("iCCP", iccpBody(COLOURS), SECRET)),
    png(pngChunk("iCCP", iccpBody(COLOURS))),
    ["other"],
  ],
  [
    "all profiles but the first intact one",
    "png",
    png(damaged(pngChunk("iCCP", SECRET)), ...Array(2).fill(pngChunk("iCCP", iccpBody(COLOURS)))),
    png(pngChunk("iCCP", iccpBody(COLOURS))),
    ["other"],
  ],
  ["a profile that is none", "png", png(pngChunk("iCCP", iccpBody(XMP))), PNG, ["other"]],
  ["a comment", "gif", gif(gifExtension(0xfe, SECRET)), GIF, ["other"]],
  ["plain text", "gif", gif(gifExtension(0x01, SECRET, "a text grid.")), GIF, ["other"]],
  [
    "XMP",
    "gif",
    gif(gifExtension(0xff, XMP.toString("latin1"), "XMP DataXMP")),
    GIF,
    ["location", "credit"],
  ],
  [
    "all but the looping",
    "gif",
    gif(gifExtension(0xff, "\x01\0\0", "NETSCAPE2.0"), gifExtension(0xfe, SECRET)),
    gif(gifExtension(0xff, "\x01\0\0", "NETSCAPE2.0")),
    ["other"],
  ],
  ["C2PA", "gif", gif(gifExtension(0xff, SECRET, "C2PA_GIF\x01\0\0")), GIF, ["credentials"]],
  [
    "a colour profile",
    "gif",
    gif(gifExtension(0xff, DISPLAY_COLOURS.toString("latin1", 0, 200), "ICCRGBG1012")),
    GIF,
    ["other"],
  ],
  ["what follows the end", "gif", Buffer.concat([GIF, Buffer.from(SECRET)]), GIF, ["other"]],
  [
    "EXIF and XMP but the orientation",
    "webp",
    riff(EXTENDED(0x0c), WEBP, webpChunk("EXIF", exifBlock(6)), webpChunk("XMP ", XMP)),
    riff(EXTENDED(0x08), WEBP, webpChunk("EXIF", ORIENTATION_6)),
    ["location", "credit"],
  ],
  [
    "all but the ICC profile",
    "webp",
    riff(EXTENDED(0x24), webpChunk("ICCP", COLOURS), WEBP, webpChunk("XMP ", XMP)),
    riff(EXTENDED(0x20), webpChunk("ICCP", COLOURS), WEBP),
    ["location", "credit"],
  ],
  [
    "the serial number of a display",
    "webp",
    riff(EXTENDED(0x20), webpChunk("ICCP", DISPLAY_COLOURS), WEBP, webpChunk("ICCP", COLOURS)),
    riff(EXTENDED(0x20), webpChunk("ICCP", COLOURS), WEBP),
    ["other"],
  ],
  [
    "a profile that is none",
    "webp",
    riff(EXTENDED(0x20), webpChunk("ICCP", XMP), WEBP),
    riff(EXTENDED(0), WEBP),
    ["other"],
  ],
  [
    "what it does not know",
    "webp",
    riff(WEBP, webpChunk("note", Buffer.from(SECRET))),
    riff(WEBP),
    ["other"],
  ],
  [
    "C2PA",
    "webp",
    riff(WEBP, webpChunk("C2PA", contentCredentials())),
    riff(WEBP),
    ["credentials"],
  ],
  [
    "a note in a frame",
    "webp",
    riff(
      EXTENDED(2),
      webpChunk("ANMF", Buffer.concat([Buffer.alloc(16), WEBP, webpChunk("note", XMP)])),
    ),
    riff(EXTENDED(2), webpChunk("ANMF", Buffer.concat([Buffer.alloc(16), WEBP]))),
    ["other"],
  ],
  [
    "a box",
    "avif",
    avif(box("uuid", "0123456789abcdef", SECRET)),
    avif(emptyBox(16 + SECRET.length)),
    ["other"],
  ],
  [
    "C2PA",
    "avif",
    avif(box("jumb", contentCredentials().subarray(8))),
    avif(emptyBox(contentCredentials().length - 8)),
    ["credentials"],
  ],
  ["free space", "avif", avif(box("free", SECRET)), avif(emptyBox(SECRET.length)), ["other"]],
  [
    "unused data",
    "avif",
    avif(box("mdat", SECRET)),
    avif(box("mdat", Buffer.alloc(SECRET.length))),
    ["other"],
  ],
];

const REFUSED: [type: ImageType, what: string, bytes: Buffer][] = [
  [
    "jpg",
    "a segment cut short",
    Buffer.concat([JPEG.subarray(0, -2), jpegSegment(0xfe, SECRET).subarray(0, 9)]),
  ],
  ["jpg", "an image in its scan", Buffer.concat([JPEG.subarray(0, -2), JPEG])],
  ["jpg", "a segment of no known use", jpeg(jpegSegment(0xf0, SECRET))],
  ["png", "a critical chunk of no known use", png(pngChunk("NOTE", SECRET))],
  ["png", "a chunk cut short", PNG.subarray(0, -13)],
  [
    "webp",
    "a chunk that reaches past the end",
    riff(WEBP, Buffer.from("EXIF\xff\0\0\0", "latin1")),
  ],
  ["webp", "a size that reaches past the end", riff(WEBP).subarray(0, -1)],
  ["avif", "a box that reaches past the end", avif(box("uuid", SECRET).subarray(0, 12))],
  ["avif", "bytes that are no box", avif(Buffer.from("junk"))],
  ["avif", "two lists of items", avif(box("meta", Buffer.alloc(4)))],
  ["avif", "an animation in fragments", avif(box("moof"))],
];

describe("removeMetadata()", () => {
  test.each(CASES)("removes %s from a %s", (_, type, dirty, clean, removed) => {
    const result = removeMetadata(dirty, type);
    expect(Buffer.from(result?.bytes ?? []).toString("latin1")).toBe(clean.toString("latin1"));
    expect(result?.removed).toEqual(removed);
  });

  test.each(["jpg", "png", "webp", "avif"] as const)(
    "leaves no word of what sharp wrote into a %s",
    (type) => {
      const result = removeMetadata(fixture(`metadata/location.${type}`), type);
      expect(result?.removed).toEqual(["location", "credit"]);
      expect(Buffer.from(result?.bytes ?? []).toString("latin1")).not.toMatch(
        /Secret|GPS|xmpmeta|Exif/,
      );
    },
  );

  test.each(FILES)("keeps the size of $name", ({ name, type, bytes }) => {
    const result = removeMetadata(bytes, type);
    const shown = inspectImage(result?.bytes ?? new Uint8Array());
    const scale = SHOWN_LARGER.has(name) ? 2 : 1;
    const { width = 0, height = 0 } = inspectImage(bytes) ?? {};
    expect(shown).toEqual({ type, width: width * scale, height: height * scale });
  });

  test.each(FILES)(
    "has nothing left to remove after $name, and returns the same bytes",
    ({ type, bytes }) => {
      const once = removeMetadata(bytes, type);
      const twice = once && removeMetadata(once.bytes, type);
      expect(twice?.bytes).toBe(once?.bytes);
      expect(twice?.removed).toEqual([]);
    },
  );

  test.each(FILES)("never throws for a truncated $name, and cleans it", ({ type, bytes }) => {
    for (let length = 0; length < bytes.length; length += 1) {
      const once = removeMetadata(bytes.subarray(0, length), type);
      const twice = once && removeMetadata(once.bytes, type);
      expect(twice?.bytes, `${length} bytes`).toBe(once?.bytes);
    }
  });

  test("never throws, whichever bytes of a file change, and cleans it", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...FILES), changes, ({ type, bytes }, edits) => {
        const changed = Uint8Array.from(bytes);
        for (const [position, value] of edits) {
          changed[position % changed.length] = value;
        }
        const once = removeMetadata(changed, type);
        expect(once && removeMetadata(once.bytes, type)?.bytes).toBe(once?.bytes);
      }),
      { numRuns: 5000 },
    );
  });

  test("leaves no secret in any mixture of segments, chunks, extensions and boxes", () => {
    const soups: Record<ImageType, [Buffer[], (...parts: Buffer[]) => Buffer]> = {
      jpg: [[exifSegment(3), jpegSegment(0xfe, SECRET), PROFILE, Buffer.from(SECRET)], jpeg],
      png: [
        [pngChunk("eXIf", exifBlock(8)), pngChunk("tEXt", SECRET), pngChunk("gAMA", "1234")],
        png,
      ],
      gif: [[gifExtension(0xfe, SECRET), gifExtension(0xff, SECRET, "NETSCAPE2.1")], gif],
      webp: [[webpChunk("EXIF", exifBlock(5)), webpChunk("XMP ", XMP), WEBP], riff],
      avif: [[box("uuid", SECRET), box("mdat", SECRET), box("skip", SECRET), box("abcd")], avif],
    };
    for (const type of TYPES) {
      const [parts, build] = soups[type];
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (soup) => {
          const result = removeMetadata(build(...soup), type);
          expect(result).toBeDefined();
          expect(Buffer.from(result?.bytes ?? []).includes(SECRET)).toBe(false);
        }),
        { numRuns: 200 },
      );
    }
  });

  test("cleans a file of nothing but skipped bytes quickly", () => {
    const parts: [ImageType, Buffer][] = [
      ["jpg", Buffer.concat([JPEG.subarray(0, -2), Buffer.alloc(900_000, 0xff)])],
      ["jpg", spliced(JPEG, JPEG.length - 2, Buffer.alloc(1_800_000, "\xff\0", "latin1"))],
      ["gif", gif(Buffer.alloc(2_000_000))],
    ];
    for (const [type, bytes] of parts) {
      expect(removeMetadata(bytes, type)).toBeDefined();
    }
  }, 10_000);

  test("keeps a scan up to the end of the file if no marker follows, even in the middle of one", () => {
    for (const end of [[], [0xff], [0xff, 0xff]]) {
      const bytes = Buffer.concat([JPEG.subarray(0, -2), Buffer.of(...end)]);
      expect(removeMetadata(bytes, "jpg")?.bytes).toBe(bytes);
    }
  });

  test("cleans profiles that are made to take forever quickly", () => {
    const many = iccProfile(Array.from({ length: 100_000 }, () => DISPLAY_TAG));
    const parts = Array<Buffer>(500).fill(pngChunk("iCCP", iccpBody(Buffer.alloc(4_000_000))));
    const webp = riff(EXTENDED(0x20), webpChunk("ICCP", many), WEBP);
    expect(removeMetadata(webp, "webp")?.bytes.length).toBe(riff(EXTENDED(0), WEBP).length);
    expect(removeMetadata(png(...parts), "png")?.bytes.length).toBe(PNG.length);
  });

  test("refuses a PNG with a profile of more than 4 MB", () => {
    const bytes = png(pngChunk("iCCP", iccpBody(Buffer.alloc(4 * 1024 * 1024 + 1))));
    expect(removeMetadata(bytes, "png")).toBeUndefined();
  });

  test("empties the thumbnail of an AVIF", () => {
    const result = removeMetadata(fixture("thumbnail-larger-and-rotated.avif"), "avif");
    expect(result?.removed).toEqual(["other"]);
  });

  test.each(REFUSED)("refuses a %s with %s", (type, _, bytes) => {
    expect(removeMetadata(bytes, type)).toBeUndefined();
  });

  test.each(TYPES)("refuses a file that is not %s", (type) => {
    expect(removeMetadata(Buffer.from(SECRET.repeat(9)), type)).toBeUndefined();
    expect(removeMetadata(new Uint8Array(), type)).toBeUndefined();
  });
});

function jpeg(...segments: Buffer[]): Buffer {
  return spliced(JPEG, 2, ...segments);
}

function profileSegment(number: number, count: number, part: string | Buffer): Buffer {
  return jpegSegment(0xe2, "ICC_PROFILE\0", Buffer.of(number, count), part);
}

/** Changes the last byte of the checksum. */
function damaged(chunk: Buffer): Buffer {
  return Buffer.concat([chunk.subarray(0, -1), Buffer.of((chunk.at(-1) ?? 0) ^ 1)]);
}

function xmpSegment(packet: Parameters<typeof xmpPacket>[0]): Buffer {
  return jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\0", xmpPacket(packet));
}

function exifSegment(orientation: number): Buffer {
  return jpegSegment(0xe1, "Exif\0\0", exifBlock(orientation));
}

function png(...chunks: Buffer[]): Buffer {
  return spliced(PNG, 33, ...chunks);
}

function gif(...extensions: Buffer[]): Buffer {
  return spliced(GIF, AFTER_SCREEN, ...extensions);
}

function avif(...boxes: Buffer[]): Buffer {
  return Buffer.concat([AVIF, ...boxes]);
}

function emptyBox(sizeBytes: number): Buffer {
  return box("free", Buffer.alloc(sizeBytes));
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

function filesIn(folder: URL): { name: string; type: ImageType; bytes: Buffer }[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map(({ name }) => {
    const bytes = readFileSync(new URL(name, folder));
    const type = TYPES.find((candidate) => name.endsWith(candidate));
    if (type === undefined) {
      throw new Error(`Cannot tell the type of ${name}`);
    }
    return { name, type, bytes };
  });
}
