import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEnvironment } from "../../../lib/environment.ts";
import { start, type StartedPlayground } from "./started.ts";

let started: StartedPlayground;

beforeAll(async () => {
  started = await start();
});

afterAll(() => started[Symbol.asyncDispose]());

describe("PUT /local/stack/settings", () => {
  it("restarts the functions with them, and the next tags are as they say", async () => {
    const response = await change({ TAG_FORMATS: "markdown", LOCALE: "ko" });
    expect(response.status).toBe(200);
    expect(await valueOf("TAG_FORMATS")).toBe("markdown");
    expect(await started.variables()).toMatchObject({ TAG_FORMATS: "markdown", LOCALE: "ko" });
    const posted = await started.post();
    await started.expectTag(posted, /!\[\]\(http/u);
    expect((await change({ TAG_FORMATS: "", LOCALE: "" })).status).toBe(200);
    await started.expectTag(await started.post(), /<img src=/u);
    await started.playground.front?.drain();
  });

  it.each([
    ["a value out of its choices", { HIDPI: "huge" }, "HIDPI", '"off" or "halve"'],
    ["a format that lacks its class", { TAG_FORMATS: "wrapped" }, "TAG_WRAPPER_CLASS", "a class"],
    ["a variable of the deployment", { S3_BUCKET: "mine" }, "S3_BUCKET", "one of TAG_FORMATS,"],
    ["a number", { MAX_WIDTH: 640 }, "MAX_WIDTH", "text"],
  ])("refuses %s, names it, and changes nothing", async (_, values, variable, expected) => {
    const before = await started.state();
    const response = await change({ LOCALE: "ko", ...values });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      problems: [{ variable, expected: expect.stringContaining(expected) }],
      error: expect.stringContaining(variable),
    });
    expect(await started.state()).toEqual(before);
  });

  it("refuses what is no object", async () => {
    expect((await change(["LOCALE"])).status).toBe(400);
  });

  it("says rightly what holds while nothing is set", async () => {
    const { settings } = await started.state();
    const { env } = started.playground.stack;
    const byDefault = settings.map((setting) => [setting.name, setting.byDefault]);
    const named = { ...env, ...Object.fromEntries(byDefault) };
    expect(parseEnvironment(named)).toEqual(parseEnvironment(env));
  });
});

describe("the page", () => {
  it("is served with its name, its place and a policy that lets in the local CDN only", async () => {
    const response = await fetch(started.origin);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<html lang="en">');
    expect(html).toContain("<title>Upload to S3 playground</title>");
    expect(html).toContain('<div id="playground"></div>');
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain(`img-src 'self' data: blob: ${started.playground.stack.s3.endpoint}`);
  });

  it("loads nothing but what is served beside it", async () => {
    const html = await (await fetch(started.origin)).text();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, url = ""]) => url);
    const files = addresses.filter((url) => url !== "data:,");
    expect(files).toContain("/playground/main.js");
    for (const file of files) {
      expect(file).toMatch(/^\/playground\//u);
      const response = await fetch(`${started.origin}${file}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(/^text\/(?:javascript|css)/u);
    }
    expect((await fetch(`${started.origin}/playground/%2e%2e%2fpackage.json`)).status).toBe(404);
  });

  it.each(["/", "/local/stack", "/local/events"])("refuses %s to another site", async (route) => {
    const headers = { origin: "https://evil.example" };
    expect((await fetch(`${started.origin}${route}`, { headers })).status).toBe(403);
  });
});

function change(values: unknown): Promise<Response> {
  return started.send("PUT", "/local/stack/settings", values);
}

async function valueOf(name: string): Promise<string | undefined> {
  const { settings } = await started.state();
  return settings.find((setting) => setting.name === name)?.value;
}
