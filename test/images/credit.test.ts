import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import exifr from "exifr";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type Credit, creditIn, renderCredit } from "../../lib/images/credit.ts";
import type { ImageType } from "../../lib/images/formats.ts";
import { inspectImage } from "../../lib/images/inspect-image.ts";
import { isAnimated } from "../../lib/images/is-animated.ts";
import { atOnce } from "../../lib/images/pieces.ts";
import { prepareImage } from "../../lib/images/prepare-image.ts";
import { readCredit } from "../../lib/images/read-credit.ts";
import { removeMetadata } from "../../lib/images/remove-metadata.ts";
import {
  SECRET,
  exifTexts,
  iptcBlock,
  jpegSegment,
  pngChunk,
  riff,
  spliced,
  webpChunk,
  xmpPacket,
} from "./metadata-writers.ts";

const ARTIST = 0x013b;
const COPYRIGHT = 0x8298;
const XP_AUTHOR = 0x9c9d;
const BYTE = 1;
const UTF_8 = 129;
const EXIFTOOL = "/usr/bin/exiftool";

const FULL = xmpPacket({
  attributes: `photoshop:Credit="Agency &amp; Söhne" xmpRights:WebStatement='https://example.com/licence?a=1&#38;b="2"'`,
  elements: `
   <dc:title>${SECRET}</dc:title>
   <dc:creator><rdf:Seq><rdf:li>김작가</rdf:li><rdf:li>Ann &quot;O&quot; &lt;b></rdf:li></rdf:Seq></dc:creator>
   <dc:rights><rdf:Alt><rdf:li xml:lang="de">Alle Rechte</rdf:li><rdf:li xml:lang="x-default">© 2026</rdf:li></rdf:Alt></dc:rights>
   <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Ask <![CDATA[<first> & ]]>then]]&gt;</rdf:li></rdf:Alt></xmpRights:UsageTerms>
   <plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource">
    <plus:LicensorName>${SECRET}</plus:LicensorName><plus:LicensorURL>https://example.com/buy</plus:LicensorURL>
   </rdf:li></rdf:Seq></plus:Licensor>`,
});
const FULL_CREDIT = {
  "dc:creator": ["김작가", 'Ann "O" <b>'],
  "dc:rights": ["© 2026"],
  "photoshop:Credit": ["Agency & Söhne"],
  "xmpRights:UsageTerms": ["Ask <first> & then]]>"],
  "xmpRights:WebStatement": ['https://example.com/licence?a=1&b="2"'],
  "plus:LicensorURL": ["https://example.com/buy"],
};
const EXIF = exifTexts([
  [ARTIST, "Ann; Bob"],
  [COPYRIGHT, "© Ann\0© Editor"],
]);
const EXIF_CREDIT = { "dc:creator": ["Ann", "Bob"], "dc:rights": ["© Ann; © Editor"] };
const IPTC = iptcBlock([
  [2, 80, "Ann"],
  [2, 80, "Böb"],
  [2, 90, SECRET],
  [2, 110, "Agency"],
  [2, 116, "© 2026"],
]);
const IPTC_CREDIT = {
  "dc:creator": ["Ann", "Böb"],
  "dc:rights": ["© 2026"],
  "photoshop:Credit": ["Agency"],
};

const JPEG = fixture("baseline.jpg");
const PNG = fixture("truecolour.png");
const LOSSY = fixture("lossy.webp").subarray(12);
const LOSSLESS = fixture("lossless.webp").subarray(12);
const TRANSPARENT = (await transparent().webp({ lossless: true }).toBuffer()).subarray(12);
const EXIF_SEGMENT = jpegSegment(0xe1, "Exif\0\0", EXIF);
const XMP_SEGMENT = jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\0", FULL);
const EXTENDED = webpChunk("VP8X", Buffer.of(0x0c, 0, 0, 0, 47, 0, 0, 31, 0, 0));

const SOURCES: [name: string, type: ImageType, bytes: Buffer, credit: object][] = [
  ["XMP", "jpg", spliced(JPEG, 2, XMP_SEGMENT), FULL_CREDIT],
  ["EXIF", "jpg", spliced(JPEG, 2, EXIF_SEGMENT), EXIF_CREDIT],
  ["IPTC", "jpg", spliced(JPEG, 2, jpegSegment(0xed, IPTC)), IPTC_CREDIT],
  [
    "all three",
    "jpg",
    spliced(JPEG, 2, EXIF_SEGMENT, jpegSegment(0xed, IPTC), XMP_SEGMENT),
    FULL_CREDIT,
  ],
  ["XMP", "png", png(pngChunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0", FULL)), FULL_CREDIT],
  [
    "compressed XMP",
    "png",
    png(pngChunk("iTXt", "XML:com.adobe.xmp\0\x01\0\0\0", deflateSync(FULL))),
    FULL_CREDIT,
  ],
  ["EXIF", "png", png(pngChunk("eXIf", EXIF)), EXIF_CREDIT],
  [
    "IPTC of ImageMagick",
    "png",
    png(pngChunk("tEXt", `Raw profile type iptc\0\niptc\n 99\n${IPTC.toString("hex")}`)),
    IPTC_CREDIT,
  ],
  [
    "texts",
    "png",
    png(
      pngChunk("tEXt", "Author\0Ann"),
      pngChunk("iTXt", "Copyright\0\0\0\0\0", Buffer.from("© 2026")),
      pngChunk("tEXt", `Title\0${SECRET}`),
    ),
    { "dc:creator": ["Ann"], "dc:rights": ["© 2026"] },
  ],
  [
    "XMP",
    "webp",
    riff(EXTENDED, LOSSY, webpChunk("EXIF", EXIF), webpChunk("XMP ", FULL)),
    FULL_CREDIT,
  ],
  ["XMP and no header", "webp", riff(LOSSY, webpChunk("XMP ", FULL)), FULL_CREDIT],
  ["EXIF and no header", "webp", riff(LOSSLESS, webpChunk("EXIF", EXIF)), EXIF_CREDIT],
  ["XMP in a transparent file", "webp", riff(TRANSPARENT, webpChunk("XMP ", FULL)), FULL_CREDIT],
  ["XMP", "avif", await avif({ xmp: FULL }), FULL_CREDIT],
  [
    "XMP that is shorter than what it becomes",
    "avif",
    await avif({ xmp: Buffer.from(`<rdf:RDF><rdf:Description dc:creator="Ann"/></rdf:RDF>`) }),
    { "dc:creator": ["Ann"] },
  ],
  [
    "EXIF",
    "avif",
    await avif({ artist: "Ann; Bob" }),
    { "dc:creator": ["Ann", "Bob"], "dc:rights": ["All rights reserved"] },
  ],
  ["EXIF and XMP", "avif", await avif({ xmp: FULL, artist: "Somebody else" }), FULL_CREDIT],
];

describe("KEEP_METADATA=credit", () => {
  test.each(SOURCES)(
    "keeps the credit of %s in a %s, and nothing else",
    (_, type, bytes, credit) => {
      const kept = keep(bytes);
      expect(fieldsOf(readCredit(kept, type))).toEqual(credit);
      expect(kept.toString("latin1")).not.toContain(SECRET);
      expect(inspectImage(kept)).toEqual(inspectImage(bytes));
      expect(isAnimated(kept, type)).toBe(false);
    },
  );

  test.each(SOURCES)("shows the same pixels with %s in a %s", async (_, type, bytes) => {
    expect(await pixelsOf(keep(bytes))).toEqual(await pixelsOf(removed(bytes, type)));
  });

  test.each(SOURCES)("has nothing left to remove after %s in a %s", (_, type, bytes) => {
    const once = keep(bytes);
    const twice = removeMetadata(once, type, readCredit(once, type));
    expect(twice?.bytes).toBe(once);
    expect(twice?.removed).toEqual([]);
  });

  test.each(SOURCES.filter(([, type]) => type !== "webp"))(
    "can be read by exifr: %s in a %s",
    async (name, type, bytes, credit) => {
      const found: unknown = await exifr.parse(keep(bytes), { xmp: true });
      const [creators, rights] = Object.values(credit).map((values: string[]) => values.join("; "));
      // exifr doesn't read XMP from an AVIF.
      const isUnread = type === "avif" && !name.includes("EXIF");
      const expected = { Artist: creators, ...(rights && { Copyright: rights }) };
      expect(isUnread ? expected : found).toMatchObject(expected);
      expect(found === undefined).toBe(isUnread);
    },
  );

  test.runIf(existsSync(EXIFTOOL)).each(SOURCES)(
    "can be read by exiftool: %s in a %s",
    (_, type, bytes, credit) => {
      const input = keep(bytes);
      const options = ["-j", "-G1", "-XMP:all", "-IFD0:all", "-IPTC:all", "-GPS:all", "-"];
      const [found] = JSON.parse(execFileSync(EXIFTOOL, options, { input }).toString());
      const { SourceFile: _file, "IFD0:Artist": _artist, "IFD0:Copyright": _copy, ...xmp } = found;
      const isExifAlone = type === "avif" && Object.keys(xmp).length === 0;
      const values = Object.values(credit).map((all: string[]) => (all[1] ? all : all[0]));
      expect(isExifAlone ? values : Object.values(xmp)).toEqual(values);
    },
  );

  test("keeps the orientation beside the credit", async () => {
    const turned = fixture("orientation-6-big-endian.jpg");
    const kept = keep(spliced(turned, turned.indexOf("\xff\xdb", 0, "latin1"), XMP_SEGMENT));
    expect(await exifr.orientation(kept)).toBe(6);
    expect(fieldsOf(readCredit(kept, "jpg"))).toEqual(FULL_CREDIT);
    const png6 = fixture("exif-orientation-6.png");
    const keptPng = keep(spliced(png6, 33, pngChunk("tEXt", "Author\0Ann")));
    expect(inspectImage(keptPng)).toEqual(inspectImage(png6));
    expect(await exifr.parse(keptPng)).toMatchObject({ Artist: "Ann" });
  });

  test("describes the image in the header that it adds to a WebP without one", async () => {
    const lossy = await sharp(keep(riff(LOSSY, webpChunk("XMP ", FULL)))).metadata();
    expect(lossy).toMatchObject({ width: 48, height: 32, hasAlpha: false });
    const alpha = keep(riff(TRANSPARENT, webpChunk("XMP ", FULL)));
    expect(alpha.subarray(12, 30).toString("hex")).toBe("565038580a0000001c0000002f00001f0000");
  });

  test("adds no credit to an image without any", () => {
    expect(keep(JPEG)).toEqual(removed(JPEG, "jpg"));
    expect(keep(PNG)).toEqual(removed(PNG, "png"));
  });

  test("never throws, whatever bytes of a file are changed, and leaves it clean", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...SOURCES), changes, ([, type, bytes], edits) => {
        const changed = Buffer.from(bytes);
        for (const [position, value] of edits) {
          changed[position % changed.length] = value;
        }
        const credit = readCredit(changed, type);
        const once = removeMetadata(changed, type, credit);
        expect(once && removeMetadata(once.bytes, type, credit)?.bytes).toBe(once?.bytes);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("creditIn()", () => {
  test("reads each field from XMP before IPTC, and from IPTC before EXIF", () => {
    const xmp = xmpPacket({ attributes: 'photoshop:Credit="XMP"' });
    const iptc = iptcBlock([
      [2, 110, "IPTC"],
      [2, 80, "IPTC"],
    ]);
    const exif = exifTexts([
      [ARTIST, "EXIF"],
      [COPYRIGHT, "EXIF"],
    ]);
    const text = [["dc:creator", "text"] as const, ["dc:rights", "text"] as const];
    expect(fieldsOf(creditIn([exif, iptc, xmp], text))).toEqual({
      "photoshop:Credit": ["XMP"],
      "dc:creator": ["IPTC"],
      "dc:rights": ["EXIF"],
    });
  });

  test.each<[what: string, block: Buffer, creator: string | undefined]>([
    ["an attribute", xmpPacket({ attributes: 'dc:creator="Ann"' }), "Ann"],
    ["a text without a list", xmpPacket({ elements: "<dc:creator>Ann</dc:creator>" }), "Ann"],
    ["a bag", list("Bag", "Ann"), "Ann"],
    ["no namespaces", Buffer.from('<rdf:RDF><rdf:Description dc:creator="Ann"/>'), "Ann"],
    [
      "a prefix of its own",
      Buffer.from(
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description><c:creator xmlns:c="http://purl.org/dc/elements/1.1/">Ann</c:creator>',
      ),
      "Ann",
    ],
    [
      "a prefix of another namespace",
      Buffer.from('<rdf:RDF><rdf:Description xmlns:dc="urn:x" dc:creator="Ann"/>'),
      undefined,
    ],
    [
      "another image that was put into it",
      xmpPacket({
        elements: `<xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description dc:creator="Ann"/></rdf:li></rdf:Bag></xmpMM:Pantry>`,
      }),
      undefined,
    ],
    ["a comment", xmpPacket({ elements: "<!-- <dc:creator>Ann</dc:creator> -->" }), undefined],
    ["UTF-16", utf16(xmpPacket({ attributes: 'dc:creator="Änn"' })), "Änn"],
    [
      "broken UTF-8",
      Buffer.from('<rdf:RDF><rdf:Description dc:creator="A\xffnn"/>', "latin1"),
      "A\uFFFDnn",
    ],
    ["an entity of its own", list("Seq", "&x;&#x41;nn&#xD800;"), "&x;Ann&#xD800;"],
    ["control characters", list("Seq", " A\u0007n\n\t n&#0; "), "A n n"],
    ["markup", list("Seq", "&lt;script&gt;]]&gt;&amp;amp;"), "<script>]]>&amp;"],
    ["no end of a tag", Buffer.from('<rdf:RDF><rdf:Description dc:creator="Ann" '), undefined],
    ["a long text", list("Seq", "x".repeat(9000)), "x".repeat(2000)],
    ["half a character at the limit", list("Seq", `${"x".repeat(1999)}😀`), "x".repeat(1999)],
    ["Latin-1", iptcBlock([[2, 80, "J\xf6rg"]]), "Jörg"],
    [
      "UTF-8 that says so",
      iptcBlock([
        [1, 90, "\x1b%G"],
        [2, 80, "J\xc3\xb6rg\xff"],
      ]),
      "Jörg\uFFFD",
    ],
    ["UTF-8 that does not", iptcBlock([[2, 80, "J\xc3\xb6rg"]]), "Jörg"],
    ["an author of Windows", exifTexts([[XP_AUTHOR, "A\0n\0n\0\0"]], BYTE), "Ann"],
    ["Exif 3.0", exifTexts([[ARTIST, "J\xc3\xb6rg"]], UTF_8), "Jörg"],
    ["nothing but spaces", list("Seq", "  "), undefined],
  ])("reads %s", (_, block, creator) => {
    const credit = creditIn([block]);
    expect(credit?.get("dc:creator")?.[0]).toBe(creator);
    expect(credit && creditIn([renderCredit(credit)])).toEqual(credit);
  });

  test("reads at most twenty creators of 2,000 characters, so that any credit fits into a JPEG", () => {
    const many = Array.from({ length: 99 }, (_, index) => `${index}`);
    const credit = creditIn([list("Seq", ...many)]);
    expect(credit?.get("dc:creator")).toEqual(many.slice(0, 20));
    const full = "&amp;".repeat(2000);
    const largest = xmpPacket({
      elements: `<dc:creator><rdf:Seq>${Array.from({ length: 20 }, (_, index) => `<rdf:li>${index + 10}${"&amp;".repeat(98)}</rdf:li>`).join("")}</rdf:Seq></dc:creator>
        <dc:rights>${full}</dc:rights><photoshop:Credit>${full}</photoshop:Credit><xmpRights:UsageTerms>${full}</xmpRights:UsageTerms>
        <xmpRights:WebStatement>${full}</xmpRights:WebStatement><plus:LicensorURL>${full}</plus:LicensorURL>`,
    });
    const webp = riff(EXTENDED, LOSSY, webpChunk("XMP ", largest));
    const kept = removeMetadata(JPEG, "jpg", readCredit(webp, "webp"));
    expect(readCredit(kept?.bytes ?? JPEG, "jpg")).toEqual(readCredit(webp, "webp"));
  });

  test("reads a file of nothing but packets quickly", () => {
    const packet = xmpPacket({ elements: "<dc:title/>".repeat(5000) });
    const segment = jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\0", packet);
    const bytes = spliced(JPEG, 2, XMP_SEGMENT, ...Array<Buffer>(900).fill(segment));
    expect(fieldsOf(readCredit(bytes, "jpg"))).toEqual(FULL_CREDIT);
  });

  test("reads a packet that is made to take forever quickly", () => {
    const parts = [
      "<a ",
      "<",
      "<!--",
      "<![CDATA[",
      "<a>",
      "<a b='",
      "</a>",
      "&#",
      "<rdf:RDF>",
      " ",
    ];
    for (const part of parts) {
      expect(creditIn([Buffer.from(part.repeat(5_000_000 / part.length))])).toBeUndefined();
    }
  });
});

function keep(bytes: Buffer): Buffer {
  const prepared = atOnce(prepareImage(bytes, { keepMetadata: "credit" }));
  if (prepared.outcome !== "prepared") {
    throw new Error(`It is ${prepared.outcome}`);
  }
  return Buffer.from(prepared.bytes);
}

function removed(bytes: Buffer, type: ImageType): Buffer {
  return Buffer.from(removeMetadata(bytes, type)?.bytes ?? []);
}

function fieldsOf(credit: Credit | undefined): object {
  return Object.fromEntries(credit ?? []);
}

function list(type: string, ...creators: string[]): Buffer {
  const items = creators.map((creator) => `<rdf:li>${creator}</rdf:li>`).join("");
  return xmpPacket({ elements: `<dc:creator><rdf:${type}>${items}</rdf:${type}></dc:creator>` });
}

function utf16(text: Buffer): Buffer {
  return Buffer.from(`\uFEFF${text.toString()}`, "utf16le").swap16();
}

function png(...chunks: Buffer[]): Buffer {
  return spliced(PNG, 33, ...chunks);
}

function transparent() {
  const background = { r: 200, g: 100, b: 20, alpha: 0.5 };
  return sharp({ create: { width: 48, height: 32, channels: 4, background } });
}

async function avif({ xmp, artist }: { xmp?: Buffer; artist?: string }): Promise<Buffer> {
  const image = transparent();
  if (xmp) {
    image.withXmp(xmp.toString());
  }
  const texts = { Make: SECRET, Artist: artist ?? "", Copyright: "All rights reserved" };
  if (artist !== undefined) {
    image.withExif({ IFD0: texts });
  }
  return image.avif().toBuffer();
}

function pixelsOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes).raw().toBuffer();
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url));
}
