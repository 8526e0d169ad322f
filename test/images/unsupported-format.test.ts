import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspectUnsupported } from "../../lib/images/unsupported-format.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);
const BYTES_LOOKED_AT = 64 * 1024;
const ROOT = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>';

const KNOWN = [undefined, "svg", "tiff_or_bmp", "jxl"];

/** Entities as Illustrator writes them. */
const DOCUMENT_TYPE = `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
  <!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
]>`;

describe("inspectUnsupported()", () => {
  it.each([
    ["drawing.svg", "svg"],
    ["drawing-with-declaration.svg", "svg"],
    ["photo.tiff", "tiff_or_bmp"],
    ["pixel.bmp", "tiff_or_bmp"],
    ["codestream.jxl", "jxl"],
    ["container.jxl", "jxl"],
    ["page.html", undefined],
    ["page.pdf", undefined],
    ["photo.heic", undefined],
    ["icon.ico", undefined],
    ["layers.psd", undefined],
    ["video.mp4", undefined],
  ])("identifies %s: %s", (name, expected) => {
    expect(inspectUnsupported(readFileSync(new URL(`refused/${name}`, FIXTURES)))).toBe(expected);
  });

  it.each([
    ["the root alone", ROOT],
    ["a root without attributes", "<svg>"],
    ["an empty root", "<svg/>"],
    ["a root whose attributes are on other lines", '<svg\n  width="4">'],
    ["a prefix", '<svg:svg xmlns:svg="http://www.w3.org/2000/svg">'],
    ["another prefix", '<_x-1.é:svg xmlns:_x-1.é="http://www.w3.org/2000/svg">'],
    ["white space", ` \t\r\n${ROOT}`],
    ["a declaration", `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n${ROOT}`],
    ["a style sheet", `<?xml-stylesheet href="a.css"?>${ROOT}`],
    ["comments", `<!-- <svg> --><!---->\n<!-- > ] -- ' " -->${ROOT}`],
    ["a document type", `<!DOCTYPE svg>${ROOT}`],
    ["entities", `<?xml version="1.0"?>\n<!-- Generator -->\n${DOCUMENT_TYPE}\n${ROOT}`],
  ])(
    "recognizes an SVG with %s, in UTF-8 and UTF-16, with and without a byte order mark",
    (_, text) => {
      const utf16 = Buffer.from(`\uFEFF${text}`, "utf16le");
      expect(inspectUnsupported(Buffer.from(text))).toBe("svg");
      expect(inspectUnsupported(Buffer.from(`\uFEFF${text}`))).toBe("svg");
      expect(inspectUnsupported(utf16)).toBe("svg");
      expect(inspectUnsupported(Buffer.from(utf16).swap16())).toBe("svg");
    },
  );

  it.each([
    ["nothing", ""],
    ["a page with a drawing in it", `<!DOCTYPE html><html><body>${ROOT}`],
    ["another root", `<?xml version="1.0"?><svgs>`],
    ["a root with another name behind its prefix", "<svg:g>"],
    ["an empty prefix", "<:svg>"],
    ["a root that ends with its name", "<svg"],
    ["upper case, which XML tells apart", "<SVG>"],
    ["text before the root", `x${ROOT}`],
    ["a comment without an end", `<!-- ${ROOT}`],
    ["a comment whose end is its beginning", `<!-->${ROOT}`],
    ["an instruction without an end", `<?xml ${ROOT}`],
    ["entities without an end", `<!DOCTYPE svg [ ${ROOT}`],
    ["a drawing in a comment", `<!-- ${ROOT} -->`],
    ["UTF-16 without its mark", ROOT.split("").join("\0")],
  ])("finds no SVG in %s", (_, text) => {
    expect(inspectUnsupported(Buffer.from(text))).toBeUndefined();
  });

  it("reads no more than 64 kB", () => {
    const commented = (bytes: number) => `<!--${"x".repeat(bytes - 7)}--><svg>`;
    expect(inspectUnsupported(Buffer.from(commented(BYTES_LOOKED_AT - 5)))).toBe("svg");
    expect(inspectUnsupported(Buffer.from(commented(BYTES_LOOKED_AT - 4)))).toBeUndefined();
  });

  it.each(["II*\0", "MM\0*", "II+\0", "MM\0+"])("recognizes a TIFF by %j", (signature) => {
    expect(inspectUnsupported(Buffer.from(`${signature}more`))).toBe("tiff_or_bmp");
    expect(inspectUnsupported(Buffer.from(signature))).toBe("tiff_or_bmp");
    expect(inspectUnsupported(Buffer.from(signature.slice(0, 3)))).toBeUndefined();
  });

  it.each(["II\0*", "MM*\0", "II*\x01", "IM*\0"])("recognizes no TIFF by %j", (signature) => {
    expect(inspectUnsupported(Buffer.from(`${signature}more`))).toBeUndefined();
  });

  it.each([12, 16, 40, 52, 56, 64, 108, 124])(
    "recognizes a BMP with a header of %i bytes",
    (size) => {
      expect(inspectUnsupported(bmp(size))).toBe("tiff_or_bmp");
      expect(inspectUnsupported(bmp(size).subarray(0, 18))).toBe("tiff_or_bmp");
      expect(inspectUnsupported(bmp(size).subarray(0, 17))).toBeUndefined();
    },
  );

  it.each([0, 11, 13, 39, 41, 125, 0x28000000])(
    "recognizes no BMP with a header of %i bytes",
    (size) => {
      expect(inspectUnsupported(bmp(size))).toBeUndefined();
    },
  );

  it("recognizes no BMP in text that begins with BM", () => {
    expect(inspectUnsupported(Buffer.from("BM25 is a ranking function"))).toBeUndefined();
  });

  it("finds the format at any offset of the file in its buffer", () => {
    const shared = Buffer.concat([Buffer.alloc(7), bmp(40), Buffer.alloc(7)]);
    expect(inspectUnsupported(shared.subarray(7, -7))).toBe("tiff_or_bmp");
  });

  it("never throws, whatever pieces of XML it is given", () => {
    const piece = fc.oneof(
      fc.constantFrom("<", "<?", "?>", "<!--", "-->", "<!DOCTYPE ", "[", "]", ">", "svg", ":", " "),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom("utf8", "utf16le"), (pieces, encoding) => {
        const found = inspectUnsupported(Buffer.from(pieces.join(""), encoding));
        expect(KNOWN).toContain(found);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(KNOWN).toContain(inspectUnsupported(bytes));
      }),
    );
  });

  it("reads any part repeated for 64 kB and more quickly", () => {
    const part = fc.constantFrom("<!---->", "<??>", "<!--", "<!DOCTYPE [", "<!DOCTYPE a>", " ");
    const other = fc.constantFrom("", "a", ":", "]", "[", ">", "<", "<a", "<svg", "é");
    fc.assert(
      fc.property(part, other, other, (start, repeated, end) => {
        const text = start + `${repeated}${end}`.repeat(200_000);
        const all = `${start}${repeated}`.repeat(100_000) + end;
        const started = process.cpuUsage();
        inspectUnsupported(Buffer.from(text));
        inspectUnsupported(Buffer.from(all));
        inspectUnsupported(Buffer.from(`<${all}`));
        const { user, system } = process.cpuUsage(started);
        expect((user + system) / 1000).toBeLessThan(2000);
      }),
      { numRuns: 100 },
    );
  });
});

function bmp(headerBytes: number): Buffer {
  const bytes = Buffer.alloc(58);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(headerBytes, 14);
  return bytes;
}
