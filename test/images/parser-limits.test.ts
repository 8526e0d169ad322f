import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readItemData } from "../../lib/images/heif/avif-items.ts";
import { filledBoxes } from "../../lib/images/heif/boxes.ts";
import { kindsOfHeic, readHeicExif } from "../../lib/images/heif/heic-metadata.ts";
import type { ImageType } from "../../lib/images/formats.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { PARSER_LIMITS } from "../../lib/images/parser-limits.ts";
import { type Pieces, atOnce } from "../../lib/images/pieces.ts";
import { prepareImage } from "../../lib/images/prepare-image.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import {
  box,
  gifExtension,
  jpegSegment,
  pngChunk,
  riff,
  spliced,
  uint32,
  webpChunk,
} from "./metadata-writers.ts";

const FILE_BYTES = 50_000_000;
/** Without limits, these files took 5 to 20 seconds; with limits, they take a tenth of this. */
const MAX_CPU_MS = 2_000;

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const JPEG = fixture("baseline.jpg");
const PNG = fixture("truecolour.png");
const GIF = fixture("still.gif");
const WEBP = fixture("lossy.webp").subarray(12);
const ANIMATED = webpChunk("VP8X", Buffer.of(2, 0, 0, 0, 3, 0, 0, 3, 0, 0));
const AVIF = fixture("still.avif");

const SEGMENT = jpegSegment(0xe1, "Exif\0\0");
const SCAN = jpegSegment(0xda);
const TEXT = pngChunk("tEXt");
const EMPTY_IDAT = pngChunk("IDAT");
const COMMENT = gifExtension(0xfe, "");
const NOTE = webpChunk("note", Buffer.alloc(0));
const FREE = box("free");

const FLOODS: [what: string, type: ImageType, part: Buffer, build: (parts: Buffer) => Buffer][] = [
  ["EXIF segments before the scan", "jpg", SEGMENT, (parts) => spliced(JPEG, 2, parts)],
  ["scans", "jpg", SCAN, (parts) => beforeEnd(JPEG, 2, parts)],
  ["stuffed zeros", "jpg", Buffer.of(0xff, 0), (parts) => beforeEnd(JPEG, 2, parts)],
  ["restart markers", "jpg", Buffer.of(0xff, 0xd0), (parts) => beforeEnd(JPEG, 2, parts)],
  ["fill bytes", "jpg", Buffer.of(0xff), (parts) => beforeEnd(JPEG, 2, parts)],
  ["fill bytes before the scan", "jpg", Buffer.of(0xff), (parts) => spliced(JPEG, 2, parts)],
  ["ends before the scan", "jpg", Buffer.of(0xff, 0xd9), (parts) => spliced(JPEG, 2, parts)],
  ["text chunks before the pixels", "png", TEXT, (parts) => spliced(PNG, 33, parts)],
  ["text chunks after the pixels", "png", TEXT, (parts) => beforeEnd(PNG, 12, parts)],
  ["chunks of no pixels", "png", EMPTY_IDAT, (parts) => beforeEnd(PNG, 12, parts)],
  ["comments", "gif", COMMENT, (parts) => beforeEnd(GIF, 1, parts)],
  [
    "sub-blocks",
    "gif",
    Buffer.from("\x01a"),
    (parts) => beforeEnd(GIF, 1, Buffer.of(0x21, 0xfe), parts, Buffer.of(0)),
  ],
  ["chunks", "webp", NOTE, (parts) => riff(WEBP, parts)],
  ["chunks in a frame", "webp", NOTE, (parts) => riff(ANIMATED, frame(WEBP, parts))],
  ["boxes", "avif", FREE, (parts) => Buffer.concat([AVIF, parts])],
  ["boxes in tracks", "avif", FREE, (parts) => Buffer.concat([AVIF, box("moov", trak(parts))])],
];

const XMP_BYTES = Buffer.concat([Buffer.from("<x:xmpmeta>"), Buffer.alloc(65_000, ":GP")]);
/** Each of these took a second or more when all of it was read. */
const BLOCKS: [what: string, type: ImageType, build: () => Buffer][] = [
  ["XMP", "jpg", () => spliced(JPEG, 2, filled(jpegSegment(0xe1, XMP_BYTES), 760))],
  [
    "Photoshop's resources",
    "jpg",
    () => {
      const resources = filled(Buffer.from("8BIM\x04\x04\0\0\0\0\0\0", "latin1"), 5_000);
      return spliced(JPEG, 2, filled(jpegSegment(0xed, "Photoshop 3.0\0", resources), 800));
    },
  ],
  [
    "directories of EXIF",
    "png",
    () => {
      const entries = filled(Buffer.from("\x87\x69\0\x04\0\0\0\x01\0\0\0\x08", "latin1"), 65_535);
      return spliced(PNG, 33, filled(pngChunk("eXIf", "MM\0*\0\0\0\x08\xff\xff", entries), 60));
    },
  ],
  [
    "compressed text",
    "png",
    () => {
      const packed = deflateSync(Buffer.alloc(250_000, "\n"));
      const text = pngChunk("zTXt", "Raw profile type exif\0\0", packed);
      return spliced(PNG, 33, filled(text, 19_000));
    },
  ],
  ["zeros for XMP", "webp", () => riff(WEBP, webpChunk("XMP ", Buffer.alloc(FILE_BYTES)))],
  [
    "XMP in small pieces",
    "gif",
    () => beforeEnd(GIF, 1, filled(gifExtension(0xff, "x".repeat(255), "XMP DataXMP"), 19_000)),
  ],
];

const LIMITS: [what: string, type: ImageType, most: number, build: (count: number) => Buffer][] = [
  [
    "segments of a jpg",
    "jpg",
    PARSER_LIMITS.jpegSegments - partsOfJpeg(),
    (count) => spliced(JPEG, 2, filled(SEGMENT, count)),
  ],
  [
    "scans of a jpg",
    "jpg",
    PARSER_LIMITS.jpegScans - 1,
    (count) => beforeEnd(JPEG, 2, filled(SCAN, count)),
  ],
  [
    "chunks of a png",
    "png",
    PARSER_LIMITS.pngChunks - 3,
    (count) =>
      Buffer.concat([PNG.subarray(0, 33), filled(TEXT, count), EMPTY_IDAT, pngChunk("IEND")]),
  ],
  [
    "blocks of a gif",
    "gif",
    PARSER_LIMITS.gifBlocks - 1,
    (count) =>
      Buffer.concat([
        GIF.subarray(0, 10),
        Buffer.alloc(3),
        filled(COMMENT, count),
        GIF.subarray(-1),
      ]),
  ],
  [
    "sub-blocks of a gif",
    "gif",
    PARSER_LIMITS.gifSubBlocks,
    (count) =>
      Buffer.concat([
        GIF.subarray(0, 10),
        Buffer.alloc(3),
        Buffer.of(0x21, 0xfe),
        filled(Buffer.from("\x01a"), count),
        Buffer.of(0),
        GIF.subarray(-1),
      ]),
  ],
  [
    "stuffed zeros of a jpg",
    "jpg",
    PARSER_LIMITS.jpegFill - fillOfJpeg(),
    (count) => beforeEnd(JPEG, 2, filled(Buffer.of(0xff, 0), count)),
  ],
  [
    "chunks of a webp",
    "webp",
    PARSER_LIMITS.webpChunks - 1,
    (count) => riff(WEBP, filled(NOTE, count)),
  ],
  [
    "chunks of a frame",
    "webp",
    PARSER_LIMITS.webpFrameChunks - 1,
    (count) => riff(frame(WEBP, filled(NOTE, count))),
  ],
];

describe("a file of 50 MB", () => {
  test.each(FLOODS)("of tiny %s is refused at once: %s", (_, type, part, build) => {
    const bytes = build(filled(part, Math.floor(FILE_BYTES / part.length)));
    const started = process.cpuUsage();
    expect(removeMetadata(bytes, type)).toBeUndefined();
    expect(atOnce(prepareImage(bytes, { keepMetadata: "none" }))).toEqual({ outcome: "not_safe" });
    expect(cpuMsSince(started)).toBeLessThan(MAX_CPU_MS);
  });

  test("of a GIF's empty blocks is read at once", () => {
    const zeros = beforeEnd(GIF, 1, Buffer.alloc(FILE_BYTES));
    const started = process.cpuUsage();
    expect(removeMetadata(zeros, "gif")?.bytes).toBe(zeros);
    expect(cpuMsSince(started)).toBeLessThan(MAX_CPU_MS);
  });

  test.each(BLOCKS)("of nothing but %s is cleaned at once", (_, type, build) => {
    const bytes = build();
    const started = process.cpuUsage();
    expect(removeMetadata(bytes, type)).toBeDefined();
    expect(cpuMsSince(started)).toBeLessThan(MAX_CPU_MS);
  });

  test.each(FLOODS)(
    "of tiny %s is refused even if metadata is kept: %s",
    (_, _type, part, build) => {
      const bytes = build(filled(part, Math.floor(FILE_BYTES / part.length)));
      const prepared = atOnce(prepareImage(bytes, { keepMetadata: "all" }));
      expect(prepared).toEqual({ outcome: "not_safe" });
    },
  );

  test("is prepared in pieces, none of which reads the file twice", () => {
    const bytes = BLOCKS[0]?.[2]() ?? JPEG;
    const pieces = [...pieceNumbers(prepareImage(bytes, { keepMetadata: "none" }))];
    // The file is inspected, cleaned, cleaned again and inspected again.
    expect(pieces).toHaveLength(4);
  });
});

describe("PARSER_LIMITS", () => {
  test.each(LIMITS)("allow exactly so many %s, and not one more", (_, type, most, build) => {
    expect(removeMetadata(build(most), type)).toBeDefined();
    expect(removeMetadata(build(most + 1), type)).toBeUndefined();
  });

  test("allow exactly so many boxes, and not one more", () => {
    const most = filled(FREE, PARSER_LIMITS.boxes);
    expect([...filledBoxes(most, 0, most.length)]).toHaveLength(PARSER_LIMITS.boxes);
    const more = Buffer.concat([most, FREE]);
    expect(() => [...filledBoxes(more, 0, more.length)]).toThrow(RangeError);
  });

  test("count the boxes of all tracks together", () => {
    const tracks = Array.from({ length: 6 }, () => trak(filled(FREE, 2_000)));
    expect(removeMetadata(Buffer.concat([AVIF, box("moov", ...tracks)]), "avif")).toBeUndefined();
  });
});

describe("readItemData()", () => {
  test("refuses extents that take no bytes, without allocating any", () => {
    const iloc = locations({ sizes: 0, items: 2000, extents: 65_535 });
    expect(iloc.length).toBeLessThan(13_000);
    expect(() => read(iloc)).toThrow(RangeError);
    expect(() => read(locations({ sizes: 0, items: 1, extents: 2 }))).toThrow(RangeError);
    expect(read(locations({ sizes: 0, items: 1, extents: 1 })).size).toBe(1);
  });

  test("refuses extents that reach past the end of the box", () => {
    const iloc = locations({ sizes: 0x44, items: 1, extents: 2 });
    expect(() => read(Buffer.concat([iloc, Buffer.alloc(16)]))).toThrow(RangeError);
  });

  test("refuses more extents than any file has", () => {
    const { extents } = PARSER_LIMITS;
    const data = (count: number) => Buffer.alloc(2 * count);
    const iloc = (count: number) =>
      locations({ sizes: 0x20, items: 1, extents: count, data: data(count) });
    expect(read(iloc(extents)).get(1)?.ranges).toHaveLength(extents);
    expect(() => read(iloc(extents + 1))).toThrow(RangeError);
  });
});

describe("a file of 12 kB that asks for 131 million extents", () => {
  test.each(["avif", "heic"])("is refused at once: %s", (brand) => {
    const bytes = extentBomb(brand);
    const started = process.cpuUsage();
    const outcome = brand === "avif" ? "not_safe" : "heic";
    expect(atOnce(prepareImage(bytes, { keepMetadata: "none" }))).toEqual({ outcome });
    expect(kindsOfHeic(bytes)).toEqual([]);
    expect(readHeicExif(bytes).size).toBe(0);
    expect(cpuMsSince(started)).toBeLessThan(MAX_CPU_MS);
  });
});

test("kindsOfHeic() reads data that many items share only once", () => {
  const count = 5_000;
  const data = Buffer.alloc(1_000_000, "x");
  const items = Array.from({ length: count }, (_, index) => index + 1);
  const build = (at: number) =>
    Buffer.concat([
      box("ftyp", "heic\0\0\0\0heic"),
      box(
        "meta",
        uint32(0),
        box("iinf", uint32(0), uint16(count), ...items.map((id) => item(id, "mime"))),
        box(
          "iloc",
          uint32(0),
          Buffer.of(0x44, 0),
          uint16(count),
          ...items.map((id) =>
            Buffer.concat([uint16(id), uint16(0), uint16(1), uint32(at), uint32(data.length)]),
          ),
        ),
      ),
      box("mdat", data),
    ]);
  const started = process.cpuUsage();
  expect(kindsOfHeic(build(build(0).length - data.length))).toEqual([]);
  expect(cpuMsSince(started)).toBeLessThan(MAX_CPU_MS);
});

test("removeMetadata() refuses an AVIF that lists an item twice", () => {
  const bytes = extentBomb("avif", { items: 1, extents: 1, listed: 2 });
  expect(removeMetadata(bytes, "avif")).toBeUndefined();
  expect(inspectImage(bytes)).toBeDefined();
});

/** With sizes of 0, an item takes six bytes of `iloc`, however many extents it has. */
function extentBomb(brand: string, { items = 2000, extents = 65_535, listed = 1 } = {}): Buffer {
  const listing = Array.from({ length: listed }, () => item(1, brand === "avif" ? "av01" : "Exif"));
  const properties = box("ipco", box("ispe", uint32(0), uint32(4), uint32(4)), box("av1C"));
  const uses = box("ipma", uint32(0), uint32(1), uint16(1), Buffer.of(2, 1, 2));
  const meta = [
    box("pitm", uint32(0), uint16(1)),
    box("iinf", uint32(0), uint16(listed), ...listing),
    locations({ sizes: 0, items, extents }),
    box("iprp", properties, uses),
  ];
  return Buffer.concat([
    box("ftyp", `${brand}\0\0\0\0${brand}mif1`),
    box("meta", uint32(0), ...meta),
    box("mdat", "x"),
  ]);
}

function item(id: number, type: string): Buffer {
  return box("infe", Buffer.of(2, 0, 0, 0), uint16(id), uint16(0), `${type}\0`);
}

function locations({
  sizes,
  items,
  extents,
  data = Buffer.alloc(0),
}: {
  sizes: number;
  items: number;
  extents: number;
  data?: Buffer;
}): Buffer {
  const entries = Array.from({ length: items }, (_, index) =>
    Buffer.concat([uint16(index + 1), uint16(0), uint16(extents), data]),
  );
  return box("iloc", uint32(0), Buffer.of(sizes, 0), uint16(items), ...entries);
}

function read(bytes: Buffer) {
  const end = bytes.readUInt32BE(0);
  return readItemData(bytes, { type: "iloc", at: 0, start: 8, end });
}

function frame(...chunks: Buffer[]): Buffer {
  return webpChunk("ANMF", Buffer.concat([Buffer.alloc(16), ...chunks]));
}

function trak(parts: Buffer): Buffer {
  return box("trak", box("mdia", box("hdlr", Buffer.alloc(8), "soun")), parts);
}

function partsOfJpeg(): number {
  let count = 0;
  for (let at = 2; JPEG[at + 1] !== 0xda; at += 2 + JPEG.readUInt16BE(at + 2)) {
    count += 1;
  }
  // Plus the scan and the end.
  return count + 2;
}

/**
 * Each marker and each stuffed zero begins with 0xff. The one of the end counts twice: after the scan, and again.
 */
function fillOfJpeg(): number {
  const scan = JPEG.subarray(JPEG.indexOf(Buffer.of(0xff, 0xda)));
  return partsOfJpeg() - 1 + scan.filter((byte) => byte === 0xff).length;
}

function filled(part: Buffer, count: number): Buffer {
  return Buffer.alloc(part.length * count, part);
}

function beforeEnd(bytes: Buffer, endBytes: number, ...parts: Buffer[]): Buffer {
  return spliced(bytes, bytes.length - endBytes, ...parts);
}

function* pieceNumbers(work: Pieces<unknown>): Generator<number> {
  for (let count = 1; ; count += 1) {
    const { done } = work.next();
    yield count;
    if (done === true) {
      return;
    }
  }
}

function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function uint16(value: number): Buffer {
  return uint32(value).subarray(2);
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}
