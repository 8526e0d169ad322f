import { crc32 } from "node:zlib";

/** Stands in every block that the writers make, so that a test can look for it in what is left. */
export const SECRET = "Somebody's home";

const ASCII = 2;
const SHORT = 3;
const LONG = 4;

type Entry = [tag: number, type: number, value: number | string];

/** A TIFF block with a place, a camera, an owner and the picture's orientation. */
export function exifBlock(orientation: number): Buffer {
  const gps: Entry[] = [
    [0x01, ASCII, "N"],
    [0x02, LONG, 37],
    [0x1c, ASCII, SECRET],
  ];
  const main: Entry[] = [
    [0x010f, ASCII, SECRET],
    [0x0112, SHORT, orientation],
    [0x0132, ASCII, "2026:11:23 12:00:00"],
    [0x013b, ASCII, SECRET],
  ];
  const gpsAt = 200;
  const previewAt = 400;
  const block = Buffer.alloc(600);
  block.write("MM\0*\0\0\0\x08", "latin1");
  writeDirectory(block, { at: 8, entries: [...main, [0x8825, LONG, gpsAt]], next: previewAt });
  writeDirectory(block, { at: gpsAt, entries: gps, next: 0 });
  writeDirectory(block, { at: previewAt, entries: [[0x0103, SHORT, 6]], next: 0 });
  return block;
}

export const XMP = Buffer.from(
  `<x:xmpmeta><rdf:RDF><rdf:Description exif:GPSLatitude="37,33N"><dc:creator>${SECRET}</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`,
);

/** Photoshop's resources with IPTC in them: a city and an author. */
export function photoshopBlock(): Buffer {
  const datasets = [90, 80].map((dataset) =>
    Buffer.concat([Buffer.of(0x1c, 2, dataset, 0, SECRET.length), Buffer.from(SECRET)]),
  );
  const iptc = Buffer.concat(datasets);
  const header = Buffer.from("Photoshop 3.0\x008BIM\x04\x04\0\0", "latin1");
  return Buffer.concat([header, uint32(iptc.length), iptc]);
}

export function jpegSegment(marker: number, ...body: (string | Buffer)[]): Buffer {
  const bytes = joined(body);
  return Buffer.concat([Buffer.of(0xff, marker), uint32(2 + bytes.length).subarray(2), bytes]);
}

export function pngChunk(type: string, ...body: (string | Buffer)[]): Buffer {
  const checked = joined([type, ...body]);
  return Buffer.concat([uint32(checked.length - 4), checked, uint32(crc32(checked))]);
}

/** `header`: the first sub-block, the name of an application. */
export function gifExtension(label: number, text: string, header = ""): Buffer {
  const blocks = [header, text].filter(Boolean).map((block) => [Buffer.of(block.length), block]);
  return joined([Buffer.of(0x21, label), ...blocks.flat(), Buffer.of(0)]);
}

export function webpChunk(type: string, body: Buffer): Buffer {
  const size = uint32(body.length).toReversed();
  return Buffer.concat([Buffer.from(type), size, body, Buffer.alloc(body.length % 2)]);
}

export function riff(...chunks: Buffer[]): Buffer {
  return webpChunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]));
}

export function box(type: string, ...body: (string | Buffer)[]): Buffer {
  const bytes = joined(body);
  return Buffer.concat([uint32(8 + bytes.length), Buffer.from(type), bytes]);
}

export function spliced(bytes: Buffer, at: number, ...parts: Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(at)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function joined(parts: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
  );
}

function writeDirectory(
  block: Buffer,
  { at, entries, next }: { at: number; entries: Entry[]; next: number },
): void {
  block.writeUInt16BE(entries.length, at);
  let textAt = at + 2 + entries.length * 12 + 4;
  block.writeUInt32BE(next, textAt - 4);
  for (const [index, [tag, type, value]] of entries.entries()) {
    const entryAt = at + 2 + index * 12;
    block.writeUInt16BE(tag, entryAt);
    block.writeUInt16BE(type, entryAt + 2);
    block.writeUInt32BE(typeof value === "string" ? value.length + 1 : 1, entryAt + 4);
    if (type === SHORT) block.writeUInt16BE(Number(value), entryAt + 8);
    else block.writeUInt32BE(typeof value === "string" ? textAt : value, entryAt + 8);
    if (typeof value === "string") textAt += block.write(value, textAt, "latin1") + 1;
  }
}
