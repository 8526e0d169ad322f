import { crc32, deflateSync } from "node:zlib";

/** The writers put this text into every block, so that a test can look for it in the result. */
export const SECRET = "Somebody's home";

const ASCII = 2;
const SHORT = 3;
const LONG = 4;

type Entry = [tag: number, type: number, value: number | string];

/** A TIFF block with texts of one byte per character, and a camera. */
export function exifTexts(texts: readonly [tag: number, text: string][], type = ASCII): Buffer {
  const entries = texts.map(([tag, text]): Entry => [tag, type, text]);
  const block = Buffer.alloc(400);
  block.write("MM\0*\0\0\0\x08", "latin1");
  writeDirectory(block, { at: 8, entries: [[0x010f, ASCII, SECRET], ...entries], next: 0 });
  return block;
}

/** A TIFF block with a place, a camera, an owner and the image's orientation. */
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

/** Photoshop resources with IPTC: a city and an author. */
export function photoshopBlock(): Buffer {
  return iptcBlock([
    [2, 90, SECRET],
    [2, 80, SECRET],
  ]);
}

/** Photoshop resources with IPTC fields, one byte per character. */
export function iptcBlock(fields: readonly [record: number, dataset: number, value: string][]) {
  const datasets = fields.map(([record, dataset, value]) =>
    Buffer.concat([
      Buffer.of(0x1c, record, dataset, 0, value.length),
      Buffer.from(value, "latin1"),
    ]),
  );
  const iptc = Buffer.concat(datasets);
  const header = Buffer.from("Photoshop 3.0\x008BIM\x04\x04\0\0", "latin1");
  return Buffer.concat([header, uint32(iptc.length), iptc]);
}

/** An XMP packet with a city, as an editor writes it. */
export function xmpPacket({ attributes = "", elements = "" }): Buffer {
  const namespaces = Object.entries({
    dc: "http://purl.org/dc/elements/1.1/",
    photoshop: "http://ns.adobe.com/photoshop/1.0/",
    xmpRights: "http://ns.adobe.com/xap/1.0/rights/",
    plus: "http://ns.useplus.org/ldf/xmp/1.0/",
    hdrgm: "http://ns.adobe.com/hdr-gain-map/1.0/",
    HDRGainMap: "http://ns.apple.com/HDRGainMap/1.0/",
  }).map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`);
  return Buffer.from(
    `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""${namespaces.join("")} photoshop:City="${SECRET}" ${attributes}>${elements}</rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`,
  );
}

/** The beginning of a JUMBF box with a C2PA manifest store, up to its description. */
export function contentCredentials(): Buffer {
  const uuid = Buffer.from("6332706100110010800000aa00389b71", "hex");
  return box("jumb", box("jumd", uuid, Buffer.of(3), "c2pa\0"), box("jumb", SECRET));
}

export function jpegSegment(marker: number, ...body: (string | Buffer)[]): Buffer {
  const bytes = joined(body);
  return Buffer.concat([Buffer.of(0xff, marker), uint32(2 + bytes.length).subarray(2), bytes]);
}

export function pngChunk(type: string, ...body: (string | Buffer)[]): Buffer {
  const checked = joined([type, ...body]);
  return Buffer.concat([uint32(checked.length - 4), checked, uint32(crc32(checked))]);
}

/** `header` is the first sub-block: the name of an application. */
export type IccTags = readonly (readonly [signature: string, data: Buffer])[];

const XYZ = (x: number, y: number, z: number) =>
  Buffer.concat([Buffer.from("XYZ \0\0\0\0"), ...[x, y, z].map((n) => uint32(n * 65_536))]);
const D50 = [0.9642, 1, 0.8249] as const;
const GAMMA_2 = Buffer.concat([Buffer.from("curv\0\0\0\0"), uint32(1), Buffer.of(2, 0, 0, 0)]);

/** Red, green and blue in another order than in sRGB, so that a lost profile is obvious. */
export const COLOUR_TAGS: IccTags = [
  ["desc", Buffer.from("desc\0\0\0\0\0\0\0\x08colours\0", "latin1")],
  ["wtpt", XYZ(...D50)],
  ["rXYZ", XYZ(0.143, 0.061, 0.714)],
  ["gXYZ", XYZ(0.385, 0.717, 0.097)],
  ["bXYZ", XYZ(0.436, 0.222, 0.014)],
  ["rTRC", GAMMA_2],
  ["gTRC", GAMMA_2],
  ["bTRC", GAMMA_2],
];
export const GREY_TAGS: IccTags = [
  ["wtpt", XYZ(...D50)],
  ["kTRC", GAMMA_2],
];
/** Apple's tag with a display's maker, model and serial number. */
export const DISPLAY_TAG = ["mmod", Buffer.from(`mmod\0\0\0\0${SECRET}...`)] as const;

/** A version 2 profile. Tags with the same buffer share their data. */
export function iccProfile(tags: IccTags, space = "RGB "): Buffer {
  const header = Buffer.alloc(128);
  header.write("\x02\x10\0\0mntr", 8, "latin1");
  header.write(`${space}XYZ `, 16, "latin1");
  header.write("acsp", 36);
  for (const [index, value] of D50.entries()) {
    header.writeUInt32BE(value * 65_536, 68 + 4 * index);
  }
  const entries: Buffer[] = [];
  const places = new Map<Buffer, number>();
  let length = 132 + 12 * tags.length;
  for (const [signature, data] of tags) {
    const place = places.get(data) ?? length;
    if (!places.has(data)) {
      length += Math.ceil(data.length / 4) * 4;
    }
    places.set(data, place);
    entries.push(Buffer.from(signature), uint32(place), uint32(data.length));
  }
  const icc = Buffer.alloc(length);
  header.writeUInt32BE(length, 0);
  Buffer.concat([header, uint32(tags.length), ...entries]).copy(icc);
  for (const [data, place] of places) {
    data.copy(icc, place);
  }
  return icc;
}

/** The body of an `iCCP` chunk. */
export function iccpBody(icc: Buffer, name = "ICC Profile"): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0\0`), deflateSync(icc)]);
}

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
    if (type === SHORT) {
      block.writeUInt16BE(Number(value), entryAt + 8);
    } else {
      block.writeUInt32BE(typeof value === "string" ? textAt : value, entryAt + 8);
    }
    if (typeof value === "string") {
      textAt += block.write(value, textAt, "latin1") + 1;
    }
  }
}
