import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import exifr from "exifr";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { sweepUntilDone, startUploadStack } from "../faults/upload.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  bucketOf,
  contextsIn,
  GIF,
  openShortcut,
  PNG,
  post,
  type Posted,
  press,
  recordIn,
  repliesTo,
  tagsShown,
  textsIn,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const image = (name: string) => readFile(new URL(`../fixtures/images/${name}`, import.meta.url));
const PHOTO = await sharp({
  create: {
    width: 1600,
    height: 1000,
    channels: 3,
    background: "#888",
    noise: { type: "gaussian", mean: 128, sigma: 20 },
  },
})
  .blur(3)
  .jpeg({ quality: 95 })
  .toBuffer();

describe("an image that browsers do not show, or should not", () => {
  it.each([
    [
      "drawing.svg",
      Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      "svg",
    ],
    ["scan.tiff", Buffer.from("II*\0\x08\0\0\0\0\0\0\0\0\0", "latin1"), "tiff_or_bmp"],
    ["old.bmp", bmp(), "tiff_or_bmp"],
    ["bomb.png", withSize(PNG, { width: 10_001, height: 10_000 }), "too_many_pixels"],
    ["more.png", withSize(PNG, { width: 60_000, height: 60_000 }), "too_many_pixels"],
    ["text.png", Buffer.from("no image at all"), "not_an_image"],
  ] as const)("%s is refused with advice", async (name, bytes, code) => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: [{ name, bytes, mimetype: "image/png" }] });
    const facts = { size: undefined, limit: "", maxMegapixels: 100 };
    expect(shownIn(stack, posted)).toContain(` — ${en.failures[code](facts)}`);
    expect(stack.s3.objects("images/")).toEqual([]);
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "upload.refused", code }));
  });

  it("is published at exactly 100 megapixels", async () => {
    await using stack = await startTestStack();
    const bytes = withSize(PNG, { width: 10_000, height: 10_000 });
    const posted = await upload(stack, { files: [{ name: "large.png", bytes }] });
    expect(tagsShown(stack, posted)[0]).toContain('width="10000" height="10000"');
  });
});

describe("a HEIC photo", () => {
  const PREVIEW = { bytes: PHOTO, mimetype: "image/jpeg" };

  it("becomes an upright JPG, and the reply names the format and says that the location was removed", async () => {
    await using stack = await startTestStack();
    const bytes = await image("heic/location.heic");
    const posted = await upload(stack, { files: [{ name: "IMG_0001.HEIC", bytes }] });
    const [object] = stack.s3.objects("images/");
    expect(object).toMatchObject({
      key: expect.stringMatching(/\.jpg$/u),
      contentType: "image/jpeg",
    });
    const { format, width, height, exif } = await sharp(object?.body).metadata();
    expect([format, exif]).toEqual(["jpeg", undefined]);
    expect(tagsShown(stack, posted)[0]).toContain(`width="${width}" height="${height}"`);
    expect(factsIn(stack, posted)[0]).toMatch(
      new RegExp(
        `^No description yet · ${width} × ${height} · HEIC → JPG · .+ → .+B · location removed$`,
        "u",
      ),
    );
  });

  it("is rotated as the phone was held", async () => {
    await using stack = await startTestStack();
    const bytes = await image("heic/grid-rotated.heic");
    await upload(stack, { files: [{ name: "IMG_0002.HEIC", bytes }] });
    const { width, height } = await sharp(stack.s3.objects("images/")[0]?.body).metadata();
    expect(height).toBeGreaterThan(width);
  });

  it("is published as Slack's largest preview if it can't be converted, and the reply says so", async () => {
    await using stack = await startTestStack();
    const bytes = (await image("heic/still.heic")).subarray(0, -20);
    const files = [{ name: "IMG_0003.HEIC", bytes, thumbnail: PREVIEW }];
    const posted = await upload(stack, { files });
    const [object] = stack.s3.objects("images/");
    expect(object?.body.equals(PHOTO)).toBe(true);
    expect(factsIn(stack, posted)[0]).toMatch(
      / · 1600 × 1000 · HEIC → JPG · .+ · Slack's preview, because the photo could not be converted$/u,
    );
    const downloads = stack.slack.requests.filter(({ method }) => method === "download");
    expect(downloads.map(({ path }) => path).at(-1)).toMatch(/files-tmb.+_1024\.jpg$/u);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "image.failed", step: "heic" }),
    );
  });

  it("is published as the preview that Slack made after the event", async () => {
    await using stack = await startTestStack();
    const bytes = (await image("heic/still.heic")).subarray(0, -20);
    const posted = post(stack, { files: [{ name: "IMG_0003.HEIC", bytes, thumbnail: PREVIEW }] });
    const envelope = JSON.stringify(
      stack.slack.envelopeOf(posted.channel, posted.ts),
      (key, value) => (key.startsWith("thumb_") ? undefined : value),
    );
    expect(envelope).not.toContain("files-tmb");
    await stack.send(JSON.parse(envelope));
    await stack.drain();
    expect(stack.s3.objects("images/")[0]?.body.equals(PHOTO)).toBe(true);
  });

  it("is refused with advice if Slack has no preview either", async () => {
    await using stack = await startTestStack();
    const bytes = (await image("heic/still.heic")).subarray(0, -20);
    const posted = await upload(stack, { files: [{ name: "IMG_0004.HEIC", bytes }] });
    const facts = { size: undefined, limit: "", maxMegapixels: 100 };
    expect(shownIn(stack, posted)).toContain(` — ${en.failures.heic(facts)}`);
    expect(stack.s3.objects("images/")).toEqual([]);
  });

  it.each([
    ["cannot be read", "login_page", en.failures.heic],
    ["breaks off", "truncated", en.failures.not_downloaded],
    ["does not come", "error_500", en.failures.not_downloaded],
  ] as const)("is refused when the preview %s", async (_, kind, sentence) => {
    await using stack = await startTestStack();
    const times = Number.POSITIVE_INFINITY;
    const when = ({ path }: { path: string }) => path.includes("/files-tmb/");
    stack.slack.fault({ on: "download", kind, times, when });
    const bytes = (await image("heic/still.heic")).subarray(0, -20);
    const posted = await upload(stack, {
      files: [{ name: "IMG_0004.HEIC", bytes, thumbnail: PREVIEW }],
    });
    const facts = { size: undefined, limit: "", maxMegapixels: 100 };
    expect(shownIn(stack, posted)).toContain(` — ${sentence(facts)}`);
  });

  it("is left to the next sweep if its turn comes too late, and finished there", async () => {
    await using stack = await startUploadStack();
    const bytes = await image("heic/still.heic");
    const posted = post(stack, { files: [{ name: "IMG_0007.HEIC", bytes }] });
    let lateMs = 200_000;
    const when = () => {
      stack.clock.nowMs += lateMs;
      return false;
    };
    stack.slack.fault({ on: "download", kind: "reset", when });
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    expect(shownIn(stack, posted)).toEqual(["IMG_0007.HEIC", ` — ${en.pending}`]);
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "image.late" }));
    lateMs = 0;
    await sweepUntilDone(stack, posted);
    expect(tagsShown(stack, posted)[0]).toMatch(/^<img src="\S+\.jpg"/u);
  });

  it("has no preview in the modal, which Slack would refuse; other images have theirs", async () => {
    await using stack = await startTestStack({ OPTIMIZE: "webp" });
    const bytes = await image("heic/still.heic");
    const files = [
      { name: "IMG_0006.HEIC", bytes },
      { name: "photo.jpg", bytes: PHOTO },
    ];
    const posted = await upload(stack, { files });
    takeLogs();
    await openShortcut(stack, posted);
    const blocks = stack.slack.viewOf()?.blocks ?? [];
    const previews = blocks.filter(({ type }) => type === "image");
    expect(previews).toMatchObject([{ slack_file: { id: posted.fileIds[1] } }]);
    expect(takeLogs().filter(({ event }) => event === "modal.failed")).toEqual([]);
  });

  it("has the size of the object that an earlier attempt stored", async () => {
    await using stack = await startTestStack();
    const bytes = await image("heic/still.heic");
    const posted = post(stack, { files: [{ name: "IMG_0005.HEIC", bytes }] });
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.jpg$/u, times: 1 });
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    const { uuid } = recordIn(stack).images[0] ?? { uuid: "" };
    await bucketOf(stack).put(`images/${uuid}.jpg`, PHOTO, { contentType: "image/jpeg" });
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)[0]).toContain('width="1600" height="1000"');
    expect(stack.s3.objects("images/").map(({ body }) => body.equals(PHOTO))).toEqual([true]);
  });
});

describe("HIDPI", () => {
  it("halve writes half the pixels of a 144 dpi image into the tag, and the reply shows both", async () => {
    await using stack = await startTestStack({ HIDPI: "halve" });
    const bytes = await image("screenshot-144-dpi.png");
    const { width, height } = await sharp(bytes).metadata();
    const posted = await upload(stack, { files: [{ name: "screen.png", bytes }] });
    const half = `${width / 2} × ${height / 2}`;
    expect(tagsShown(stack, posted)[0]).toContain(`width="${width / 2}" height="${height / 2}"`);
    expect(factsIn(stack, posted)[0]).toContain(`${half} (half of ${width} × ${height} pixels)`);
    expect(recordIn(stack).images[0]).toMatchObject({ width, height, density: 2 });
  });

  it("halve never makes the tag smaller than half if MAX_WIDTH scales the image down", async () => {
    const bytes = await sharp({
      create: { width: 300, height: 200, channels: 3, background: "#888" },
    })
      .withMetadata({ density: 144 })
      .png()
      .toBuffer();
    const sizes = await Promise.all(
      ["200", "150", "100"].map(async (MAX_WIDTH) => {
        await using stack = await startTestStack({ HIDPI: "halve", MAX_WIDTH });
        const posted = await upload(stack, { files: [{ name: "screen.png", bytes }] });
        return /width="(\d+)" height="(\d+)"/u.exec(tagsShown(stack, posted)[0] ?? "")?.slice(1);
      }),
    );
    expect(sizes).toEqual([
      ["150", "100"],
      ["150", "100"],
      ["100", "67"],
    ]);
  });

  it("is off by default", async () => {
    await using stack = await startTestStack();
    const bytes = await image("screenshot-144-dpi.png");
    const { width } = await sharp(bytes).metadata();
    const posted = await upload(stack, { files: [{ name: "screen.png", bytes }] });
    expect(tagsShown(stack, posted)[0]).toContain(`width="${width}"`);
  });
});

describe("OPTIMIZE", () => {
  it("webp publishes WebP, and the reply says what was posted", async () => {
    await using stack = await startTestStack({ OPTIMIZE: "webp" });
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    const [object] = stack.s3.objects("images/");
    expect(object).toMatchObject({
      key: expect.stringMatching(/\.webp$/u),
      contentType: "image/webp",
    });
    expect(object?.body.byteLength).toBeLessThan(PHOTO.byteLength);
    expect(factsIn(stack, posted)[0]).toMatch(
      /^No description yet · 1600 × 1000 · JPG → WebP · [\d.]+ kB → [\d.]+ kB$/u,
    );
    expect(recordIn(stack).images[0]).toMatchObject({
      type: "image/webp",
      bytes: object?.body.byteLength,
      original: { type: "image/jpeg", bytes: PHOTO.byteLength, width: 1600, height: 1000 },
    });
  });

  it("lossless publishes the same pixels in fewer bytes", async () => {
    await using stack = await startTestStack({ OPTIMIZE: "lossless" });
    await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    const [object] = stack.s3.objects("images/");
    const published = object?.body ?? Buffer.alloc(0);
    expect(published.byteLength).toBeLessThan(PHOTO.byteLength);
    expect((await pixelsOf(published)).equals(await pixelsOf(PHOTO))).toBe(true);
  });

  it("publishes the posted file if it is animated, or if the codec fails, which is logged", async () => {
    await using stack = await startTestStack({ OPTIMIZE: "webp", MAX_WIDTH: "20" });
    const damaged = PHOTO.subarray(0, PHOTO.byteLength / 2);
    const files = [
      { name: "moving.gif", bytes: GIF },
      { name: "cut.jpg", bytes: damaged },
    ];
    await upload(stack, { files });
    const bodies = stack.s3.objects("images/").map(({ body }) => body);
    expect(bodies.some((body) => body.equals(GIF))).toBe(true);
    expect(bodies.some((body) => body.equals(damaged))).toBe(true);
    const logged = takeLogs();
    expect(logged).toContainEqual(
      expect.objectContaining({ event: "image.failed", step: "optimize" }),
    );
    expect(logged).toContainEqual(expect.objectContaining({ event: "image.kept", type: "gif" }));
  });
});

describe("MAX_WIDTH", () => {
  it("scales wider images down, and the reply shows both sizes", async () => {
    await using stack = await startTestStack({ MAX_WIDTH: "800" });
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    expect(tagsShown(stack, posted)[0]).toContain('width="800" height="500"');
    expect(factsIn(stack, posted)[0]).toMatch(/ · 1600 × 1000 → 800 × 500 · .+ → .+B$/u);
    const [object] = stack.s3.objects("images/");
    expect(object?.contentType).toBe("image/jpeg");
    expect(await sharp(object?.body).metadata()).toMatchObject({ width: 800, height: 500 });
  });

  it("does not change an image of exactly this width", async () => {
    await using stack = await startTestStack({ MAX_WIDTH: "1600" });
    await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    expect(stack.s3.objects("images/")[0]?.body.equals(PHOTO)).toBe(true);
  });
});

describe("TAG_FORMATS=picture", () => {
  const PICTURE = { TAG_FORMATS: "picture", VARIANT_WIDTHS: "1280,640,4000" };

  it("makes WebP variants, none wider than the image, and a tag from which browsers choose", async () => {
    await using stack = await startTestStack(PICTURE);
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    const base = keyOf(stack, ".jpg").replace(/\.jpg$/u, "");
    expect(keysIn(stack)).toEqual(
      ["-1280.webp", "-1600.webp", "-640.webp", ".jpg"].map((end) => base + end),
    );
    const variants = stack.s3.objects("images/").filter(({ key }) => key.endsWith(".webp"));
    const measured = await Promise.all(
      variants.map(async ({ key, body, contentType, cacheControl }) => {
        const { format, width } = await sharp(body).metadata();
        return [key, format, `-${width}.webp`, contentType, cacheControl].join(" ");
      }),
    );
    expect(measured.toSorted()).toEqual(
      ["-1280.webp", "-1600.webp", "-640.webp"].map((end) =>
        [base + end, "webp", end, "image/webp", "public, max-age=31536000, immutable"].join(" "),
      ),
    );
    const url = `${stack.s3.publicBaseUrl}/${base}`;
    expect(tagsShown(stack, posted)).toEqual([
      `<picture><source type="image/webp" srcset="${url}-640.webp 640w, ${url}-1280.webp 1280w, ${url}-1600.webp 1600w" sizes="(max-width: 1600px) 100vw, 1600px"><img src="${url}.jpg" alt="" width="1600" height="1000"></picture>`,
    ]);
  });

  it("deletes the variants with the image, known or not", async () => {
    await using stack = await startTestStack(PICTURE);
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    const other = await upload(stack, { files: [{ name: "other.png", bytes: PNG }] });
    const key = keyOf(stack, ".jpg").replace(/\.jpg$/u, "-999.webp");
    await bucketOf(stack).put(key, PNG, { contentType: "image/webp" });
    await press(stack, posted, { action: "delete_image" });
    expect(keysIn(stack).map((left) => left.replace(/^images\/.{36}/u, ""))).toEqual([
      "-48.webp",
      ".png",
    ]);
    expect(tagsShown(stack, other)).toHaveLength(1);
  });

  it("is a plain tag if the widest variant could not be stored, because a narrower one would look blurred", async () => {
    await using stack = await startTestStack(PICTURE);
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /-1600\.webp$/u, times: 1 });
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    expect(tagsShown(stack, posted)[0]).toMatch(/^<img /u);
    expect(keysIn(stack)).toEqual([keyOf(stack, ".jpg")]);
  });

  it("is a plain tag if no variant would look the same, and the log says why", async () => {
    await using stack = await startTestStack(PICTURE);
    const bytes = await image("cmyk.jpg");
    const posted = await upload(stack, { files: [{ name: "print.jpg", bytes }] });
    expect(tagsShown(stack, posted)[0]).toMatch(/^<img /u);
    const failed = takeLogs().filter(({ event }) => event === "image.failed");
    expect(failed).toEqual([expect.objectContaining({ step: "variant" })]);
  });

  it("uses a WebP as its own widest variant", async () => {
    await using stack = await startTestStack({ ...PICTURE, OPTIMIZE: "webp" });
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    expect(keysIn(stack)).toHaveLength(3);
    expect(tagsShown(stack, posted)[0]).toMatch(
      /srcset="\S+-640\.webp 640w, \S+-1280\.webp 1280w, \S+[0-9a-f]{12}\.webp 1600w"/u,
    );
  });

  it("is a plain tag for an animation", async () => {
    await using stack = await startTestStack(PICTURE);
    const posted = await upload(stack, { files: [{ name: "moving.gif", bytes: GIF }] });
    expect(keysIn(stack)).toHaveLength(1);
    expect(tagsShown(stack, posted)[0]).toMatch(/^<img /u);
  });

  it("offers the stored variants if another could not be stored", async () => {
    await using stack = await startTestStack(PICTURE);
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /-1280\.webp$/u, times: 1 });
    const posted = await upload(stack, { files: [{ name: "photo.jpg", bytes: PHOTO }] });
    expect(tagsShown(stack, posted)[0]).toMatch(
      /srcset="\S+-640\.webp 640w, \S+-1600\.webp 1600w"/u,
    );
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "image.failed", step: "variant" }),
    );
  });
});

describe("an AVIF with a gain map", () => {
  it.each([
    ["keeps it as it was posted", {}, false],
    ["loses it when it is scaled down, and the reply says so", { MAX_WIDTH: "24" }, true],
  ])("%s", async (_, changed, isRemoved) => {
    await using stack = await startTestStack(changed);
    const create = { width: 48, height: 32, channels: 3, background: "#c81" } as const;
    const bytes = await sharp({ create })
      .withExif({ IFD0: { Make: "Maker" } })
      .avif()
      .toBuffer();
    // Turns an item that describes the image into one that is made from it.
    bytes.write("tmap", bytes.indexOf("Exif"));
    bytes.write("dimg", bytes.indexOf("cdsc"));
    const posted = await upload(stack, { files: [{ name: "bright.avif", bytes }] });
    expect(tagsShown(stack, posted)[0]).toContain(isRemoved ? 'width="24"' : 'width="48"');
    expect(factsIn(stack, posted)[0]?.includes(" · HDR brightness removed")).toBe(isRemoved);
  });
});

describe("an image that is re-encoded although its metadata should be kept", () => {
  it("keeps the credit, and the reply says what was removed", async () => {
    await using stack = await startTestStack({ KEEP_METADATA: "true", MAX_WIDTH: "24" });
    const files = [{ name: "trip.jpg", bytes: await image("metadata/location.jpg") }];
    const posted = await upload(stack, { files });
    const found = await exifr.parse(stack.s3.objects("images/")[0]?.body ?? "", { gps: true });
    expect(found).toEqual({ Artist: "Secret Person" });
    expect(factsIn(stack, posted)[0]).toMatch(/ · location removed$/u);
  });
});

describe("every published image", () => {
  it.each([
    ["off", {}],
    ["lossless", { OPTIMIZE: "lossless" }],
    ["webp with variants", { OPTIMIZE: "webp", TAG_FORMATS: "picture", VARIANT_WIDTHS: "16,24" }],
    ["scaled", { MAX_WIDTH: "24" }],
  ])("holds only orientation and colour for an independent reader: %s", async (_, changed) => {
    await using stack = await startTestStack(changed);
    const names = ["metadata/location.jpg", "orientation-6-big-endian.jpg", "text-chunks.png"];
    const files = await Promise.all(
      names.map(async (name) => ({ name: name.replace("/", "-"), bytes: await image(name) })),
    );
    await upload(stack, { files });
    const objects = stack.s3.objects("images/");
    expect(objects.length).toBeGreaterThanOrEqual(names.length);
    for (const { body } of objects) {
      const found = await exifr
        .parse(body, {
          mergeOutput: false,
          translateKeys: false,
          xmp: true,
          ihdr: false,
          iptc: true,
          gps: true,
        })
        .catch(() => undefined);
      const { ifd0 = {}, ...others } = found ?? {};
      expect({ ifd0: Object.keys(ifd0).filter((tag) => tag !== "274"), others }).toEqual({
        ifd0: [],
        others: {},
      });
    }
  });
});

function shownIn(stack: TestStack, posted: Posted): string[] {
  return repliesTo(stack, posted).flatMap(({ blocks }) => textsIn(blocks));
}

function factsIn(stack: TestStack, posted: Posted): string[] {
  return repliesTo(stack, posted).flatMap(({ blocks }) => contextsIn(blocks));
}

function keysIn(stack: TestStack): string[] {
  return stack.s3
    .objects("images/")
    .map(({ key }) => key)
    .toSorted();
}

function keyOf(stack: TestStack, extension: string): string {
  return keysIn(stack).find((key) => key.endsWith(extension)) ?? "";
}

function pixelsOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes).raw().toBuffer();
}

/** Returns the file with another size in its header. */
function withSize(png: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const changed = Buffer.from(png);
  changed.writeUInt32BE(width, 16);
  changed.writeUInt32BE(height, 20);
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29);
  return changed;
}

function bmp(): Buffer {
  const bytes = Buffer.alloc(58);
  bytes.write("BM");
  bytes.writeUInt32LE(58, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  return bytes;
}
