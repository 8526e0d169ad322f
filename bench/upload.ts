import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import * as v from "valibot";
import { provideRequestContext } from "../dev/stack/request-context.ts";
import { endWithReader } from "../dev/terminal/command.ts";
import { createApp } from "../lib/app.ts";

/**
 * Measures the time from an event to the tags at 30 ms per call. The alternative is the four unavoidable calls made by
 * hand: claim, download, put, chat.update, with downloads and puts of several images in parallel.
 * `npm run bench`
 */

const LATENCY_MS = 30;
const ROUNDS = 15;
const CASES = [
  { images: 1, sizeBytes: 200_000 },
  { images: 1, sizeBytes: 2_000_000 },
  { images: 10, sizeBytes: 200_000 },
  { images: 10, sizeBytes: 2_000_000 },
  { images: 30, sizeBytes: 200_000 },
] as const;

const Env = v.record(v.string(), v.string());
/** Node's `fetch` reports its answers here. https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
const ANSWERS = "undici:request:trailers";
const Answered = v.object({
  request: v.object({ path: v.pipe(v.string(), v.endsWith("/chat.update")) }),
});
const Event = v.object({ ts: v.string(), body: v.string(), headers: Env });

endWithReader();
const servers = fork(new URL("servers.ts", import.meta.url), {
  env: { ...process.env, LATENCY_MS: String(LATENCY_MS) },
});
const [started] = await once(servers, "message");
const env = v.parse(Env, started);
console.log = () => undefined;
const context = provideRequestContext();
const app = createApp(env);
const s3 = new S3Client({
  region: "us-east-1",
  endpoint: env["S3_ENDPOINT"] ?? "",
  forcePathStyle: true,
  credentials: {
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
  },
});

for (const one of CASES) {
  const bytes = await makeJpeg(one.sizeBytes);
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await measureApp(one.images, bytes));
    floor.push(await measureByHand(one.images, bytes));
  }
  const [a, b] = [median(ours.slice(3)), median(floor.slice(3))];
  process.stdout.write(
    `tags of ${one.images} × ${one.sizeBytes / 1000} kB: ${a.toFixed(0)} ms, ${(a / b).toFixed(2)} × the four calls by hand (${b.toFixed(0)} ms), ${(a / 120).toFixed(2)} × 120\n`,
  );
}
await context.drain();
servers.disconnect();

async function post(images: number, bytes: Buffer) {
  const answered = once(servers, "message");
  servers.send({ images, bytes: bytes.toString("base64") });
  const [event] = await answered;
  return v.parse(Event, event);
}

/** Waits for the tags in the thread. The app logs the end of the upload only one call later. */
async function measureApp(images: number, bytes: Buffer): Promise<number> {
  const { body, headers } = await post(images, bytes);
  const request = new Request("https://app.example.com/api/slack/events", {
    method: "POST",
    body,
    headers,
  });
  const startMs = performance.now();
  const shown = watchUpdate();
  await context.run(() => app.events(request));
  const endMs = await shown;
  await context.drain();
  return endMs - startMs;
}

/** Resolves when the answer to the next `chat.update` is complete. */
function watchUpdate(): Promise<number> {
  return new Promise((resolve) => {
    function onAnswer(message: unknown): void {
      if (v.is(Answered, message)) {
        unsubscribe(ANSWERS, onAnswer);
        resolve(performance.now());
      }
    }
    subscribe(ANSWERS, onAnswer);
  });
}

async function measureByHand(images: number, bytes: Buffer): Promise<number> {
  const { body } = await post(images, bytes);
  const urls = [...new Set(body.match(/http:[^"]+download[^"]+/gu))].map((url) =>
    url.replaceAll("\\/", "/"),
  );
  const authorization = `Bearer ${env["SLACK_BOT_TOKEN"]}`;
  const put = (Key: string, Body: Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket: env["S3_BUCKET"], Key, Body, IfNoneMatch: "*" }));
  const startMs = performance.now();
  const id = crypto.randomUUID();
  await put(`state/hand/${id}`, Buffer.from("{}"));
  await Promise.all(
    urls.map(async (url, index) => {
      const response = await fetch(url, { headers: { authorization } });
      await put(`images/${id}-${index}.jpg`, Buffer.from(await response.arrayBuffer()));
    }),
  );
  const update = await fetch(`${env["SLACK_API_URL"]}chat.update`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ channel: "C0LOCAL001", ts: "1.2", text: "tags" }),
  });
  await update.arrayBuffer();
  return performance.now() - startMs;
}

/** Noise takes about one byte per pixel. */
async function makeJpeg(sizeBytes: number): Promise<Buffer> {
  const side = Math.round(Math.sqrt(sizeBytes));
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(randomBytes(side * side * 3), { raw })
    .jpeg({ quality: 72 })
    .toBuffer();
}

function median(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
