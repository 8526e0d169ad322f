import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";

/** `undefined` if the browser fired `error` and shows nothing. */
export type NaturalSize = { width: number; height: number } | undefined;

/** `pixels`: a digest of the first frame, `undefined` if nothing is drawn. `frames`: their number in an animation. */
export type Shown = (NaturalSize & { pixels?: string; frames: number }) | undefined;

const SIZE = v.object({ width: v.number(), height: v.number() });
const REPORT = v.array(v.nullable(SIZE));
const DRAWN = v.object({ ...SIZE.entries, pixels: v.optional(v.string()), frames: v.number() });

const TIMEOUT_MS = 200_000;

const QUIET_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-dev-shm-usage",
  "--disable-sync",
];

/** Shows each image in a headless Chromium, from a server on loopback, and returns the natural sizes in order. */
export async function measureNaturalSizes(
  chromium: string,
  images: Uint8Array[],
): Promise<NaturalSize[]> {
  const sizes = v.parse(REPORT, await open(chromium, images, page("measure", images.length)));
  return sizes.map((size) => size ?? undefined);
}

/** Draws each image as `measureNaturalSizes()` shows it. */
export async function drawImages(chromium: string, images: Uint8Array[]): Promise<Shown[]> {
  const report = await open(chromium, images, page("draw", images.length));
  return v.parse(v.array(v.nullable(DRAWN)), report).map((shown) => {
    if (shown === null) {
      return undefined;
    }
    const { pixels, ...rest } = shown;
    return pixels === undefined ? rest : { ...rest, pixels };
  });
}

async function open(chromium: string, images: Uint8Array[], html: string): Promise<unknown> {
  const reports = new EventEmitter();
  const report = once(reports, "report", { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const server = createServer(
    (request, response) => void answer(request, response, { images, html, reports }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const profile = await mkdtemp(path.join(tmpdir(), "natural-size-"));
  const address = v.parse(v.object({ port: v.number() }), server.address());
  const url = `http://127.0.0.1:${address.port}/`;
  const flags = [...QUIET_FLAGS, `--user-data-dir=${profile}`, "--remote-debugging-port=0"];
  const browser = spawn(chromium, [...flags, url], { stdio: "ignore" });
  try {
    const [body] = await Promise.race([report, failureOf(browser)]);
    return JSON.parse(String(body));
  } finally {
    await stop(browser);
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { images, html, reports }: { images: Uint8Array[]; html: string; reports: EventEmitter },
): Promise<void> {
  if (request.method === "POST") {
    reports.emit("report", await text(request));
  }
  const image = images[Number(/^\/image\/(\d+)$/.exec(request.url ?? "")?.[1])];
  // Browsers look at an image's bytes, not at its type. Only SVG needs the type, so this server shows no SVG.
  if (image) {
    response.writeHead(200, { "content-type": "image/png" }).end(image);
  } else {
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  }
}

function page(task: "measure" | "draw", count: number): string {
  return `<!doctype html><link rel="icon" href="data:,"><script type="module">
    const measure = (index) => new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
      image.onerror = () => resolve(null);
      image.src = '/image/' + index;
    });
    const draw = (index) => new Promise((resolve) => {
      const image = new Image();
      image.onload = async () => {
        const { naturalWidth: width, naturalHeight: height } = image;
        const shown = { width, height, frames: 1 };
        const canvas = new OffscreenCanvas(width, height).getContext('2d');
        try {
          await image.decode();
          canvas.drawImage(image, 0, 0);
          const { data: pixels } = canvas.getImageData(0, 0, width, height);
          if (!pixels.some(Boolean)) throw new Error('Nothing is drawn');
          const digest = await crypto.subtle.digest('SHA-256', pixels);
          shown.pixels = [...new Uint8Array(digest)].join();
          const data = await (await fetch(image.src)).blob();
          const decoder = new ImageDecoder({ type: 'image/avif', data: data.stream() });
          await decoder.completed;
          shown.frames = decoder.tracks.selectedTrack.frameCount;
        } catch {}
        resolve(shown);
      };
      image.onerror = () => resolve(null);
      image.src = '/image/' + index;
    });
    const results = [];
    for (let index = 0; index < ${count}; index += 1) results.push(await ${task}(index));
    await fetch('/', { method: 'POST', body: JSON.stringify(results) });
  </script>`;
}

async function failureOf(browser: ChildProcess): Promise<never> {
  const [code] = await once(browser, "exit");
  throw new Error(`Chromium ended before it had reported: exit code ${String(code)}`);
}

async function stop(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null || browser.pid === undefined) {
    return;
  }
  const ended = once(browser, "exit");
  browser.kill();
  await ended;
}
