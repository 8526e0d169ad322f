import { execFileSync } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { compressJpeg } from "@napi-rs/image";
import sharp from "sharp";
import { startLocalS3 } from "../dev/local-s3/server.ts";
import { startLocalSlack } from "../dev/local-slack/server.ts";
import { keepLogs } from "../dev/stack/keep-logs.ts";
import { provideRequestContext } from "../dev/stack/request-context.ts";
import { environmentOf, QUIET } from "../dev/stack/stack.ts";
import { endWithReader } from "../dev/terminal/command.ts";
import { createApp } from "../lib/app.ts";
import { reworkImage } from "../lib/images/codecs/rework-image.ts";
import { inspectImage } from "../lib/images/inspect-image.ts";
import { atOnce } from "../lib/images/pieces.ts";
import { prepareImage } from "../lib/images/prepare-image.ts";
import manifest from "../manifest.json" with { type: "json" };

/**
 * Measures the cost of photos of 12 megapixels, each against an alternative in the same run:
 *   clean  removing the metadata, in each format, against decoding and encoding again, which costs quality too
 *   codec  each codec, against a direct call of its library
 *   ten    ten photos in one message, from the post to the tags, against the same with the default settings
 * `npm run bench`
 */

const ROUNDS = 7;
const SLOW_ROUNDS = 3;
const FORMATS = [
  ["jpeg", { quality: 92 }],
  ["png", { compressionLevel: 1 }],
  ["webp", { effort: 0 }],
  ["avif", { effort: 0 }],
  ["gif", { effort: 1 }],
] as const;
const PHOTOS = 10;
const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  { MAX_WIDTH: "1600" },
  { OPTIMIZE: "lossless" },
  { OPTIMIZE: "webp" },
  { OPTIMIZE: "webp", TAG_FORMATS: "picture" },
];

endWithReader();
const [settings] = process.argv.slice(2);
if (settings === undefined) {
  const photo = await makePhoto();
  await compareCleaning(photo);
  await compareCodecs(photo);
  compareSettings(photo);
} else {
  await uploadTen(await buffer(process.stdin), JSON.parse(settings));
}

async function compareCleaning(photo: Buffer): Promise<void> {
  for (const [format, options] of FORMATS) {
    const encode = (source: Buffer) =>
      sharp(source).keepExif().toFormat(format, options).toBuffer();
    const image = await encode(photo);
    const clean = await medianMs(() => atOnce(prepareImage(image, { keepMetadata: "none" })));
    const anew = await medianMs(() => encode(image), SLOW_ROUNDS);
    const megabytes = (image.length / 1_000_000).toFixed(1);
    console.log(
      `clean, ${format} of ${megabytes} MB: ${clean.toFixed(1)} ms, ${(clean / anew).toFixed(3)} × decoding and encoding again (${anew.toFixed(0)} ms)`,
    );
  }
}

async function compareCodecs(photo: Buffer): Promise<void> {
  const facts = inspectImage(photo);
  if (facts === undefined) {
    throw new Error("Cannot inspect the photo");
  }
  const source = { bytes: photo, facts };
  const limits = { maxPixels: 100_000_000, timeoutSeconds: 60 };
  const codecs: [name: string, ours: () => unknown, direct: () => unknown][] = [
    [
      "MAX_WIDTH",
      () => reworkImage(source, { optimize: "off", maxWidth: 1600 }, limits),
      () => sharp(photo).resize({ width: 1600 }).jpeg({ quality: 90 }).toBuffer(),
    ],
    [
      "OPTIMIZE=webp",
      () => reworkImage(source, { optimize: "webp", maxWidth: undefined }, limits),
      () => sharp(photo).webp({ quality: 82 }).toBuffer(),
    ],
    [
      "OPTIMIZE=lossless",
      () => reworkImage(source, { optimize: "lossless", maxWidth: undefined }, limits),
      () => compressJpeg(photo, { quality: 100 }),
    ],
  ];
  for (const [name, ours, direct] of codecs) {
    const [own, library] = [await medianMs(ours, SLOW_ROUNDS), await medianMs(direct, SLOW_ROUNDS)];
    console.log(
      `codec, ${name}: ${own.toFixed(0)} ms, ${(own / library).toFixed(2)} × a direct call of the library (${library.toFixed(0)} ms)`,
    );
  }
}

/** Each setting runs in a process of its own, so that memory is measured separately. */
function compareSettings(photo: Buffer): void {
  let byDefault: number | undefined;
  for (const one of SETTINGS) {
    const args = ["--import", "tsx", fileURLToPath(import.meta.url), JSON.stringify(one)];
    const env = { ...process.env, ...QUIET };
    const output = execFileSync(process.execPath, args, { encoding: "utf8", env, input: photo });
    const [seconds = 0, peakMegabytes = 0] = output.split(" ").map(Number);
    byDefault ??= seconds;
    const name = Object.entries(one).map(([variable, value]) => `${variable}=${value}`);
    console.log(
      `ten, ${name.join(" ") || "default settings"}: ${seconds.toFixed(1)} s, ${(seconds / byDefault).toFixed(1)} × the default settings, ${peakMegabytes.toFixed(0)} MB with both servers`,
    );
  }
}

/** Prints seconds and megabytes. */
async function uploadTen(photo: Buffer, changed: Readonly<Record<string, string>>): Promise<void> {
  keepLogs("bench.log");
  await using s3 = await startLocalS3();
  await using slack = await startLocalSlack({ manifest });
  const app = createApp({ ...environmentOf(slack, s3), ...changed });
  const context = provideRequestContext();
  const channel = slack.addChannel({ name: "photos" }).id;
  const files = Array.from({ length: PHOTOS }, (_, index) => ({
    name: `${index}.jpg`,
    bytes: photo,
  }));
  const { envelope } = slack.postMessage({ channel, files });
  const body = JSON.stringify(envelope);
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, 20);
  const startMs = performance.now();
  const headers = { ...slack.sign(body, Math.floor(Date.now() / 1000)) };
  const request = new Request("https://app.example.com/", { method: "POST", body, headers });
  await context.run(() => app.events(request));
  await context.drain();
  const seconds = (performance.now() - startMs) / 1000;
  clearInterval(watch);
  console.log(`${seconds} ${peakBytes / 1_000_000}`);
}

/** Adds the noise of a sensor, so that the file is as large as a photo. */
function makePhoto(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width: 4032, height: 3024, channels: 3, background: "#888", noise } })
    .blur(1.2)
    .withExif({ IFD0: { Make: "Camera" }, IFD3: { GPSLatitude: "37/1 33/1 3000/100" } })
    .jpeg({ quality: 92 })
    .toBuffer();
}

async function medianMs(work: () => unknown, rounds = ROUNDS): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    await work();
    samples.push(performance.now() - startMs);
  }
  return samples.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}
