import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";

// `undefined`: the browser fired `error` and shows nothing.
export type NaturalSize = { width: number; height: number } | undefined;

const REPORT = v.array(v.nullable(v.object({ width: v.number(), height: v.number() })));

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

/** Shows each image in a headless Chromium, from a server on the loopback, and returns their natural sizes in order. */
export async function measureNaturalSizes(
  chromium: string,
  images: Uint8Array[],
): Promise<NaturalSize[]> {
  const reports = new EventEmitter();
  const report = once(reports, "report", { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const server = createServer(
    (request, response) => void answer(request, response, images, reports),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const profile = await mkdtemp(path.join(tmpdir(), "natural-size-"));
  const address = v.parse(v.object({ port: v.number() }), server.address());
  const url = `http://127.0.0.1:${address.port}/`;
  const flags = [...QUIET_FLAGS, `--user-data-dir=${profile}`, "--remote-debugging-port=0"];
  const browser = spawn(chromium, [...flags, url], { stdio: "ignore" });
  try {
    const [body] = await Promise.race([report, failureOf(browser)]);
    const sizes = v.parse(REPORT, JSON.parse(String(body)));
    return sizes.map((size) => size ?? undefined);
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
  images: Uint8Array[],
  reports: EventEmitter,
): Promise<void> {
  if (request.method === "POST") reports.emit("report", await text(request));
  const image = images[Number(/^\/image\/(\d+)$/.exec(request.url ?? "")?.[1])];
  // Browsers look at the bytes of an image, not at the type; only SVG must be announced, so none is shown here.
  if (image) response.writeHead(200, { "content-type": "image/png" }).end(image);
  else response.writeHead(200, { "content-type": "text/html" }).end(page(images.length));
}

function page(count: number): string {
  return `<!doctype html><link rel="icon" href="data:,"><script type="module">
    const measure = (index) => new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
      image.onerror = () => resolve(null);
      image.src = '/image/' + index;
    });
    const sizes = [];
    for (let index = 0; index < ${count}; index += 1) sizes.push(await measure(index));
    await fetch('/', { method: 'POST', body: JSON.stringify(sizes) });
  </script>`;
}

async function failureOf(browser: ChildProcess): Promise<never> {
  const [code] = await once(browser, "exit");
  throw new Error(`Chromium ended before it had reported: exit code ${String(code)}`);
}

async function stop(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null || browser.pid === undefined) return;
  const ended = once(browser, "exit");
  browser.kill();
  await ended;
}
