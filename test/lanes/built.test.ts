import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalS3 } from "../../dev/local-s3/server.ts";
import { startLocalSlack } from "../../dev/local-slack/server.ts";
import { environmentOf } from "../../dev/stack/stack.ts";
import { provideRequestContext } from "../../dev/stack/request-context.ts";
import {
  buildFunctions,
  copyDeployed,
  listFunctions,
  listPacked,
} from "../../dev/stack/vercel-build.ts";
import manifest from "../../manifest.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { signedRequest } from "../helpers/stack.ts";
import { expectWholeUpload } from "../helpers/whole-upload.ts";

/** Vercel allows 250 MB. Half is libvips, a third oxipng and mozjpeg; both are loaded only if an image needs them. */
const MAX_FUNCTION_BYTES = 50 * 1024 * 1024;
const MAX_BYTES_BESIDES_IMAGES = 4 * 1024 * 1024;
const MAX_BYTES_WITHOUT_IMAGES = 4_000_000;
/** Image code: codecs, and the app's own code for the formats. */
const IMAGE_FILES = /^(?:node_modules\/(?:@img|@napi-rs|libheif-js|sharp)|lib\/images)\//u;
const CODECS = /^node_modules\/(?:@img|@napi-rs|libheif-js|sharp)\//u;

let project: string;
let output: string;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), "built-"));
  await copyDeployed(project);
  output = await buildFunctions(project);
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe("vercel build", () => {
  it("makes one function from every file in api/, and publishes public/ only", async () => {
    expect((await listFunctions(output)).toSorted()).toEqual([
      "api/cron/reconcile",
      "api/doctor",
      "api/health",
      "api/slack/commands",
      "api/slack/events",
      "api/slack/interactivity",
    ]);
    expect((await readdir(path.join(output, "static"))).toSorted()).toEqual([
      "documents",
      "icon.svg",
      "index.html",
      "manifest.json",
      "sentences.js",
      "setup-page.css",
      "setup-page.js",
      "slack-app-link.js",
      "version.json",
    ]);
    expect((await readdir(path.join(output, "static/documents"))).toSorted()).toEqual([
      "README.html",
      "README.ko.html",
      "SECURITY.html",
      "docs",
      "infra",
    ]);
    const version = await readFile(path.join(output, "static/version.json"), "utf8");
    expect(JSON.parse(version)).toMatchObject({ version: packageJson.version });
  });

  it("packs no development dependency, and less than 4 MB besides image code", async () => {
    for (const name of await listFunctions(output)) {
      const packedFiles = await listPacked(output, name);
      const files = [...packedFiles.keys()];
      const packed = new Set(
        files.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(file)?.[1]),
      );
      const unwanted = Object.keys(packageJson.devDependencies).filter((dependency) =>
        packed.has(dependency),
      );
      expect({ name, unwanted }).toEqual({ name, unwanted: [] });
      const others = [...packedFiles].filter(([file]) => !IMAGE_FILES.test(file));
      expect(await bytesOf(packedFiles.values())).toBeLessThan(MAX_FUNCTION_BYTES);
      expect(await bytesOf(others.map(([, file]) => file))).toBeLessThan(MAX_BYTES_BESIDES_IMAGES);
    }
  });

  it.each(["api/health", "api/doctor"])(
    "packs no codec into %s, and less than 4 MB in all",
    async (name) => {
      const packed = await listPacked(output, name);
      expect([...packed.keys()].filter((file) => CODECS.test(file))).toEqual([]);
      expect(await bytesOf(packed.values())).toBeLessThan(MAX_BYTES_WITHOUT_IMAGES);
    },
  );

  it("gives the function of an upload 300 seconds", async () => {
    const config = await readFile(
      path.join(output, "functions/api/slack/events.func/.vc-config.json"),
      "utf8",
    );
    expect(JSON.parse(config)).toMatchObject({ maxDuration: 300 });
  });

  it("makes a health check and a doctor that need no codec", async () => {
    await using s3 = await startLocalS3();
    await using slack = await startLocalSlack({ manifest });
    Object.assign(process.env, environmentOf(slack, s3), { CRON_SECRET: "a secret of the sweep" });
    const importGet = async (name: string): Promise<{ status: number; body: unknown }> => {
      const file = path.join(output, `functions/api/${name}.func/api/${name}.js`);
      const { GET } = await import(pathToFileURL(file).href);
      const headers = { authorization: "Bearer a secret of the sweep" };
      const response: Response = await GET(
        new Request(`http://127.0.0.1/api/${name}`, { headers }),
      );
      return { status: response.status, body: await response.json() };
    };
    expect(await importGet("health")).toEqual({ status: 200, body: { ok: true } });
    const stored = expect.objectContaining({ name: "s3.conditional-create", ok: true });
    expect(await importGet("doctor")).toEqual({
      status: 200,
      body: expect.objectContaining({ checks: expect.arrayContaining([stored]) }),
    });
  });

  it("makes functions that complete a whole upload, with every codec that they pack", async () => {
    await using s3 = await startLocalS3();
    await using slack = await startLocalSlack({ manifest });
    const settings = { OPTIMIZE: "lossless", TAG_FORMATS: "picture", VARIANT_WIDTHS: "16" };
    Object.assign(process.env, environmentOf(slack, s3), settings);
    const context = provideRequestContext();
    const file = path.join(output, "functions/api/slack/events.func/api/slack/events.js");
    const { POST } = await import(pathToFileURL(file).href);
    const deliver = async (envelope: unknown) => {
      const request = signedRequest(slack, JSON.stringify(envelope), { nowMs: Date.now() });
      const response: Response = await context.run(() => POST(request));
      expect(response.status).toBe(200);
      await context.drain();
    };

    const urls = await expectWholeUpload(slack, deliver);
    for (const url of urls) {
      expect((await fetch(url)).status).toBe(200);
      // Encoded by sharp.
      expect((await fetch(url.replace(/\.\w+$/u, "-16.webp"))).status).toBe(200);
    }
    const files = await Promise.all(
      ["heic/still.heic", "progressive.jpg", "alpha.png"].map(async (name) => ({
        name,
        bytes: await readFile(new URL(`../fixtures/images/${name}`, import.meta.url)),
      })),
    );
    const { message, envelope } = slack.postMessage({ channel: "images", files });
    await deliver(envelope);
    const record = s3.objects("state/").find(({ key }) => key.includes(message.ts));
    // Decoded by libheif, then encoded by mozjpeg and oxipng.
    expect(JSON.parse(record?.body.toString() ?? "{}")).toMatchObject({
      images: [
        { type: "image/jpeg", original: { type: "image/heic", bytes: files[0]?.bytes.length } },
        { type: "image/jpeg", original: { type: "image/jpeg", bytes: files[1]?.bytes.length } },
        { type: "image/png", original: { type: "image/png", bytes: files[2]?.bytes.length } },
      ],
    });
  });
});

async function bytesOf(files: Iterable<string>): Promise<number> {
  const sizes = await Promise.all(Array.from(files, async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
