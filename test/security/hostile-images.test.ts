import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { GIF, JPG, PNG, post, WEBP } from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const SCRIPT = "<script>alert(document.domain)</script>";
const PAGE = `<!DOCTYPE html><html><body>${SCRIPT}</body></html>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${SCRIPT}</svg>`;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack[Symbol.asyncDispose]());

/** Returns what these bytes became between channel and bucket, and how they are served. */
async function uploadBytes(bytes: Uint8Array, name = "innocent.png", mimetype = "image/png") {
  const posted = post(stack, { files: [{ name, bytes, mimetype }] });
  await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
  await stack.drain();
  const [record] = stack.s3.objects(`state/messages/T0LOCAL001/C0LOCAL001/${posted.ts}`);
  const { lease, images } = JSON.parse(record?.body.toString() ?? "{}");
  const [image] = images;
  const [object] = stack.s3.objects(`images/${image.uuid}`);
  expect(lease).toBeUndefined();
  expect(takeLogs().filter(({ level }) => level === "error")).toEqual([]);
  expect(object === undefined).toBe(image.state === "failed");
  return { code: image.code, contentType: object?.contentType, key: object?.key, object };
}

describe("a file that is not an image", () => {
  it.each([
    ["an SVG with a script", SVG, "svg"],
    ["an SVG behind an XML declaration", `<?xml version="1.0"?>\n<!-- x -->\n${SVG}`, "svg"],
    ["a script", "#!/bin/sh\nrm -rf /\n"],
    ["JavaScript", "alert(document.domain)//"],
    ["PHP", "<?php system($_GET['x']); ?>"],
    ["HTML without a doctype", `<body>${SCRIPT}`],
    ["HTML behind a GIF's name only", `GIF89a${SCRIPT}`],
    ["HTML behind a PNG's signature only", `\u0089PNG\r\n\u001a\n${SCRIPT}`, "not_safe"],
    ["a JPEG's beginning before a page", `\u00ff\u00d8\u00ff${PAGE}`, "not_safe"],
    ["a BMP's two letters", `BM${"\0".repeat(60)}`],
    ["a TIFF", "II*\0\u0008\0\0\0", "tiff_or_bmp"],
    ["an icon", "\0\0\u0001\0\u0001\0"],
    ["a PDF", "%PDF-1.7\n"],
    ["a ZIP", "PK\u0003\u0004"],
    ["a Windows program", "MZ\u0090\0"],
    ["a Flash film", "CWS\u0009"],
    ["nothing", "", "empty"],
    ["one byte", "\u0089"],
  ] as [string, string, string?][])("is refused: %s", async (_, content, code = "not_an_image") => {
    expect(await uploadBytes(text(content))).toMatchObject({ code, key: undefined });
  });

  it("is refused: a HEIC that asks for more memory than a function has", async () => {
    const bytes = await readFile(
      new URL("../fixtures/images/heic/too-much-memory.heic", import.meta.url),
    );
    expect(await uploadBytes(bytes, "IMG_0001.HEIC")).toMatchObject({ code: "heic" });
  });

  it("is refused as Slack's login page if it is an HTML page", async () => {
    expect(await uploadBytes(Buffer.from(PAGE))).toMatchObject({ code: "not_ready" });
  });

  it.each([
    ["60,000 × 60,000", pngHeader(60_000, 60_000), "too_many_pixels"],
    ["4,294,967,295 × 1", pngHeader(0xffffffff, 1), "not_safe"],
    ["0 × 0", pngHeader(0, 0), "not_safe"],
  ])("is refused: a PNG that claims %s", async (_, bytes, code) => {
    expect(await uploadBytes(bytes)).toMatchObject({ code });
  });
});

describe("an image that is another format as well", () => {
  it.each([
    ["a GIF that is JavaScript", gifScript(), "image/gif"],
    [
      "a GIF with a Java archive behind it",
      Buffer.concat([GIF, text("PK\u0003\u0004META-INF")]),
      "image/gif",
    ],
    ["a PNG with HTML in a text chunk", pngWithText(PNG, PAGE), "image/png"],
    ["a PNG with HTML behind it", Buffer.concat([PNG, text(PAGE)]), "image/png"],
    ["a JPEG with HTML in a comment", jpegWithComment(JPG, PAGE), "image/jpeg"],
    ["a JPEG with PHP in a comment", jpegWithComment(JPG, "<?php phpinfo(); ?>"), "image/jpeg"],
    ["a JPEG that is JavaScript", jpegWithComment(JPG, "*/=alert(1)/*"), "image/jpeg"],
    ["a WebP with a page behind it", Buffer.concat([WEBP, text(PAGE)]), "image/webp"],
  ])("is served as an image: %s", async (_, bytes, contentType) => {
    const stored = await uploadBytes(bytes, "page.html");
    expect(stored.code).toBeUndefined();
    expect(stored.contentType).toBe(contentType);
    expect(stored.key).toMatch(/^images\/[0-9a-f-]{36}\.(?:gif|png|jpg|webp)$/u);
    expect(stored.object).toMatchObject({ metadata: {}, contentDisposition: undefined });
    const served = await fetch(`${stack.s3.publicBaseUrl}/${stored.key}`);
    expect(served.headers.get("content-type")).toBe(contentType);
  });

  it.each([
    ["page.html", "image/png"],
    ["x.svg", "image/svg+xml"],
    ["../../index.html", "image/png"],
    ["x.png\r\nContent-Type: text/html", "image/png"],
    ["<img src=x onerror=alert(1)>.png", "image/png"],
    ["x.php\0.png", "image/png"],
  ])("is stored with nothing from its name %j in key or type", async (name, mimetype) => {
    const { key, contentType } = await uploadBytes(PNG, name, mimetype);
    expect(key).toMatch(/^images\/[0-9a-f-]{36}\.png$/u);
    expect(contentType).toBe("image/png");
  });
});

describe("damaged images", () => {
  it.each([
    ["PNG", PNG, "image/png"],
    ["JPG", JPG, "image/jpeg"],
    ["GIF", GIF, "image/gif"],
    ["WebP", WEBP, "image/webp"],
  ])("a truncated %s is refused, or stored as what it is", async (_, bytes, type) => {
    for (let part = 0; part < 12; part += 1) {
      const cut = await uploadBytes(bytes.subarray(0, Math.floor((bytes.length * part) / 12)));
      expect([undefined, type]).toContain(cut.contentType);
    }
  });

  it("random bytes after a magic number are refused, or stored as that format", async () => {
    const damaged = fc.tuple(fc.constantFrom(...MAGICS), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(damaged, async ([magic, rest]) => {
        const { contentType } = await uploadBytes(Buffer.concat([text(magic.bytes), rest]));
        expect([undefined, magic.type]).toContain(contentType);
      }),
      { numRuns: 60 },
    );
  });
});

const MAGICS = [
  { bytes: "\u0089PNG\r\n\u001a\n", type: "image/png" },
  { bytes: "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", type: "image/png" },
  { bytes: "\u00ff\u00d8\u00ff", type: "image/jpeg" },
  { bytes: "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF\0", type: "image/jpeg" },
  { bytes: "GIF87a", type: "image/gif" },
  { bytes: "GIF89a", type: "image/gif" },
  { bytes: "RIFF\0\0\u0001\0WEBP", type: "image/webp" },
  { bytes: "RIFF\0\0\u0001\0WEBPVP8X\n\0\0\0", type: "image/webp" },
  { bytes: "\0\0\0\u0014ftypavif\0\0\0\0avif", type: "image/avif" },
  { bytes: "\0\0\0\u0014ftypheic\0\0\0\0mif1", type: undefined },
] as const;

function text(content: string): Buffer {
  return Buffer.from(content, "latin1");
}

function pngHeader(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const header = Buffer.concat([size, Buffer.from([8, 6, 0, 0, 0])]);
  const idat = pngChunk("IDAT", Buffer.from([0x78, 0x9c, 3, 0, 0, 0, 0, 1]));
  return Buffer.concat([PNG.subarray(0, 8), pngChunk("IHDR", header), idat]);
}

/** The offset after the header, where the first chunk may be. */
function pngWithText(png: Buffer, content: string): Buffer {
  const chunk = pngChunk("tEXt", text(`Comment\0${content}`));
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([text(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function jpegWithComment(jpeg: Buffer, content: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length + 2);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    text(content),
    jpeg.subarray(2),
  ]);
}

/** As JavaScript, `GIF89a` is a variable, the width opens a comment, and the bytes after the image close it. */
function gifScript(): Buffer {
  const head = Buffer.from([...text("GIF89a"), 0x2f, 0x2a, 1, 0, 0x80, 0, 0, 0, 0, 0, 1, 1, 1]);
  const picture = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 0x01, 0, 0x3b];
  return Buffer.concat([head, Buffer.from(picture), text("*/=1;alert(document.domain)")]);
}
