import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { compressJpeg, losslessCompressPng } from "@napi-rs/image";
import sharp from "sharp";
import * as v from "valibot";
import { createImageCodec, type ImageCodec } from "../lib/images/codecs/image-codec.ts";
import type { SourceImage } from "../lib/images/codecs/rework-image.ts";
import { inspectImage } from "../lib/images/inspect-image.ts";
import { interleave, median, round } from "./measure.ts";
import type { CodecRow } from "./results.ts";

const WIDTHS = [1920, 1280, 640];
const LOSSLESS = { optimize: "lossless", maxWidth: undefined } as const;
const TIMES = { rounds: 4, warmUps: 1 };

/** Measures each codec of the app beside its library, called directly with the same settings. */
export async function measureCodecs(report: (progress: string) => void): Promise<CodecRow[]> {
  const jpeg = await makePhoto().jpeg({ quality: 92 }).toBuffer();
  const png = await makePhoto({ width: 1200, height: 900 }).png().toBuffer();
  const heic = await readFile(new URL("photo.heic", import.meta.url));
  const filter = await pngFilters();
  const codec = createImageCodec();
  const codecs: [CodecRow["codec"], ours: () => unknown, direct: () => unknown][] = [
    [
      "lossless JPEG",
      () => codec.reworkImage(open(jpeg), LOSSLESS),
      () => compressJpeg(jpeg, { quality: 100 }),
    ],
    [
      "lossless PNG",
      () => codec.reworkImage(open(png), LOSSLESS),
      () => losslessCompressPng(png, { strip: true, filter }),
    ],
    [
      "WebP",
      () => codec.reworkImage(open(jpeg), { ...LOSSLESS, optimize: "webp" }),
      () => sharp(jpeg).webp({ quality: 82 }).toBuffer(),
    ],
    ["three variants", () => makeVariants(codec, open(jpeg)), () => makeVariantsDirectly(jpeg)],
    ["HEIC", () => codec.convertHeic(heic), () => convertDirectly(heic)],
  ];
  const rows: CodecRow[] = [];
  for (const [name, ours, direct] of codecs) {
    report(name);
    const calls = { ours, direct };
    const samples = await interleave(["ours", "direct"], TIMES, (who) => timeOf(calls[who]));
    rows.push({
      codec: name,
      oursMs: round(median(samples.get("ours") ?? [])),
      directMs: round(median(samples.get("direct") ?? [])),
    });
  }
  return rows;
}

function open(bytes: Buffer) {
  const facts = inspectImage(bytes);
  if (facts === undefined) {
    throw new Error("Cannot inspect the photo");
  }
  return { bytes, facts };
}

async function makeVariants(codec: ImageCodec, source: SourceImage): Promise<void> {
  for (const width of WIDTHS) {
    await codec.makeVariant(source, width);
  }
}

/** Decodes once: libvips gives the same pixels to all three. */
async function makeVariantsDirectly(jpeg: Buffer): Promise<void> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  for (const wanted of WIDTHS) {
    await sharp(data, { raw: { width, height, channels } })
      .resize({ width: wanted })
      .webp({ quality: 82 })
      .toBuffer();
  }
}

const Pixels = v.object({ width: v.number(), height: v.number(), pixels: v.instance(Uint8Array) });

/** Decodes by libheif in a worker, which a server needs, because libheif blocks; then encodes by sharp. */
async function convertDirectly(heic: Buffer): Promise<void> {
  const worker = new Worker(new URL("decode-heic.js", import.meta.url), {
    workerData: heic,
    execArgv: [],
  });
  const [message] = await once(worker, "message");
  const { pixels, ...size } = v.parse(Pixels, message);
  await sharp(pixels, { raw: { ...size, channels: 4 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  await worker.terminate();
}

/** The filters of lossless-process.js, by oxipng's numbers. */
async function pngFilters() {
  const { PngRowFilter } = await import("@napi-rs/image");
  return [PngRowFilter.None, PngRowFilter.Average, PngRowFilter.Paeth];
}

async function timeOf(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Adds the noise of a sensor, so that the file is as large as a photo. */
function makePhoto({ width = 4032, height = 3024 } = {}) {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width, height, channels: 3, background: "#888", noise } }).blur(1.2);
}
