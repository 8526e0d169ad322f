import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePageFiles } from "../../dev/setup-page/page-files.ts";
import { servePage } from "../../dev/setup-page/serve-page.ts";
import { readPort } from "../../dev/stack/free-port.ts";
import { createApp } from "../../lib/app.ts";
import manifest from "../../manifest.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { CONFIGURED } from "../fixtures/variables.ts";
import { takeLogs } from "../helpers/logs.ts";

const AXE = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const REQUIRED = [
  "SLACK_SIGNING_SECRET",
  "SLACK_BOT_TOKEN",
  "S3_BUCKET",
  "PUBLIC_BASE_URL",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
];
const THEMES = ["light", "dark"] as const;
const LANGUAGES = ["en-US", "ko-KR"] as const;
const WIDTHS = [390, 1280] as const;

let browser: Browser;
let server: ReturnType<typeof serve>;
let origin: string;
let page: Page;
/** Addresses that the page asked for, and what the browser complained about. */
let requested: string[];
let complaints: string[];
/** Replacements for the deployment's own answers, by path. */
let answers: Map<string, () => Response>;
let health: () => Response;

beforeAll(async () => {
  server = serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      const answer = pathname === "/api/health" ? health : answers.get(pathname);
      return (
        answer?.() ?? (await servePage(pathname)) ?? new Response("NOT_FOUND", { status: 404 })
      );
    },
  });
  await once(server, "listening");
  origin = `http://127.0.0.1:${readPort(server.address())}`;
  browser = await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser.close();
  server.close();
});

beforeEach(() => {
  answers = new Map();
  setEnvironment({});
});

describe("setup page, before configuration", () => {
  it("names every missing variable, in words, in colour and in its step", async () => {
    await open();
    expect(await page.textContent("#state")).toBe("Not set up yet");
    expect(await texts("#named li")).toEqual(REQUIRED);
    for (const name of REQUIRED) {
      expect(await markOf(name)).toBe("Missing or malformed");
    }
    expect(await markOf("S3_REGION")).toBe("Optional");
    expect(await texts("h3")).toEqual([
      "Prepare the bucket To do",
      "Create the Slack app To do",
      "Make a secret for the sweep",
      "Set the variables and redeploy To do",
      "Let Slack verify the address",
      "Post an image",
    ]);
    expect(await page.textContent("[data-step=verify] p")).toContain(
      "press Retry beside the Request URL",
    );
  });

  it("tells malformed variables from those that are set, also one that belongs to no step", async () => {
    setEnvironment({ ...CONFIGURED, S3_BUCKET: "My_Bucket", TAG_FORMATS: "bbcode" });
    await open();
    expect(await texts("#named li")).toEqual(["S3_BUCKET", "TAG_FORMATS"]);
    const marks = await Promise.all(["S3_BUCKET", "PUBLIC_BASE_URL", "TAG_FORMATS"].map(markOf));
    expect(marks).toEqual(["Missing or malformed", "Set", "Missing or malformed"]);
    expect(await texts("[data-step=slack] h3 .mark")).toEqual(["Done"]);
    const [bad, good] = await Promise.all(["S3_BUCKET", "PUBLIC_BASE_URL"].map(colourOf));
    expect(bad).not.toBe(good);
    expect(await page.textContent("body")).not.toMatch(/My_Bucket|bbcode/u);
  });

  it("creates the Slack app from the manifest with this deployment's address", async () => {
    await open();
    const link = new URL((await page.getAttribute("#create", "href")) ?? "");
    expect(`${link.origin}${link.pathname}`).toBe("https://api.slack.com/apps");
    expect(link.searchParams.get("new_app")).toBe("1");
    expect(JSON.parse(link.searchParams.get("manifest_json") ?? "")).toEqual(ownManifest());
    expect(await page.textContent("#origin")).toBe(origin);
    expect(await page.isVisible("#unreachable")).toBe(true);
  });

  it("has the manifest copied instead if the link would be too long", async () => {
    const long = "가".repeat(2000);
    answers.set("/manifest.json", () => Response.json({ ...manifest, long }));
    await open();
    expect(await page.getAttribute("#create", "href")).toBe("https://api.slack.com/apps?new_app=1");
    expect(await page.textContent("#create-how")).toContain("From a manifest");
    await page.click("[data-copy=manifest]");
    await page.waitForSelector("[data-copy=manifest][data-outcome=copied]");
    expect(JSON.parse(await clipboard())).toEqual({ ...ownManifest(), long });
  });

  it("copies each variable's name, the command, the invitation and the manifest", async () => {
    await open();
    const copied: string[] = [];
    for (const id of await attributesOf(".copy", "data-copy")) {
      await page.click(`[data-copy=${id}]`);
      await page.waitForSelector(`[data-copy=${id}][data-outcome=copied]`);
      copied.push(await clipboard());
    }
    const rows = await texts("[data-variable] > code");
    expect(rows).toHaveLength(11);
    expect(copied.filter((text) => rows.includes(text))).toEqual(rows);
    expect(copied).toEqual(
      expect.arrayContaining(["openssl rand -hex 32", "/invite @Upload to S3"]),
    );
    expect(JSON.parse(copied.find((text) => text.startsWith("{")) ?? "")).toEqual(ownManifest());
    expect(await texts(".copy[data-outcome]")).toEqual(["Copied"]);
  });

  it("selects the text where the browser refuses to copy", async () => {
    await open({ mayCopy: false });
    await page.click("[data-copy=manifest]");
    await page.waitForSelector("text=Selected: copy it");
    expect(JSON.parse(String(await page.evaluate("`${getSelection()}`")))).toEqual(ownManifest());
  });

  it("sees after a redeployment that all is set, when asked and when people come back", async () => {
    await open();
    setEnvironment({ ...CONFIGURED, S3_BUCKET: undefined });
    await page.click("#check");
    await page.waitForSelector("text=One variable is missing");
    setEnvironment(CONFIGURED);
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await page.waitForSelector("#state:text-is('Running')");
    expect(await page.isVisible("#steps > ol")).toBe(false);
  });

  it("works with the keyboard alone, and shows where the focus is", async () => {
    await open();
    const focusable = page.locator(":is(a[href], button, summary, [tabindex='0']):visible");
    const expected = await focusable.count();
    const seen = new Set<string>();
    for (let index = 0; index < expected; index += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate("document.activeElement.outerHTML");
      const outline = await styleOf(":focus", "outlineStyle");
      expect([focused, outline]).toEqual([focused, "solid"]);
      seen.add(String(focused));
    }
    expect(seen.size).toBe(expected);
    await page.focus("[data-copy=openssl]");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-copy=openssl][data-outcome=copied]");
    expect(await clipboard()).toBe("openssl rand -hex 32");
    await page.focus("[data-language=ko]");
    await page.keyboard.press("Space");
    expect(await page.textContent("#state")).toBe("설정이 더 필요합니다");
  });
});

describe("setup page, after configuration", () => {
  it("says that it runs, the version and where the documents are, and no name or id", async () => {
    setEnvironment(CONFIGURED);
    await open();
    expect(await page.textContent("#state")).toBe("Running");
    expect(await page.textContent("#version")).toBe(packageJson.version);
    expect(await page.innerText("body")).not.toMatch(/[A-Z\d]+_[A-Z\d_]+|127\.0\.0\.1/u);
    const published = (await publishedDocuments()).filter((name) => !/\bko\b/u.test(name));
    expect(await linksIn("#documents")).toEqual(published.map((name) => `/documents/${name}.html`));
    await page.click("#documents a");
    await page.waitForSelector("h2#what-you-get");
    expect(await page.title()).toBe("README · Upload to S3");
  });

  it("leads from the documents only to what is published", async () => {
    const broken: string[] = [];
    for (const name of await publishedDocuments()) {
      await open({ path: `/documents/${name}.html` });
      const links = (await linksIn("main")).map((href) => new URL(href, page.url()));
      for (const { href, origin: to, pathname, hash } of links) {
        const html = to === origin ? await (await servePage(pathname))?.text() : hash;
        const anchor = to === origin && hash !== "" ? `id="${decodeURI(hash.slice(1))}"` : "";
        if (html?.includes(anchor) !== true) {
          broken.push(href);
        }
      }
    }
    expect(broken).toEqual([]);
  });

  it.each([
    ["store_unsafe", "images may appear twice"],
    ["state_public", "read the private records"],
    ["something_new", "something_new"],
  ])("says that the sweep found %s", async (problem, sentence) => {
    health = () => answerHealth({ ok: false, variables: [], problems: [problem] });
    await open();
    expect(await page.textContent("#state")).toBe("Running, with a problem");
    expect(await page.textContent("#named")).toContain(problem);
    expect(await page.textContent("#named")).toContain(sentence);
  });

  it.each([
    ["an error page", () => new Response("<h1>500</h1>", { status: 500 })],
    ["JSON of somebody else", () => Response.json({ error: "no" }, { status: 401 })],
    ["null", () => Response.json(null)],
  ])("says so if the health check answers with %s", async (_, answer) => {
    health = answer;
    await open();
    expect(await page.textContent("#state")).toBe("No answer");
    expect(await texts(".mark.good, .mark.bad")).toEqual([]);
  });

  it("says where manifest and documents are if nothing was built", async () => {
    for (const path of ["/manifest.json", "/version.json"]) {
      answers.set(path, () => new Response("NOT_FOUND", { status: 404 }));
    }
    await open();
    expect(await page.textContent("#create-how")).toContain("could not be loaded");
    expect(await page.isVisible("[data-copy=manifest]")).toBe(false);
    expect(await page.isVisible("#version")).toBe(false);
    expect(await page.textContent("#documents")).toContain("README.md");
  });
});

describe("setup page, in two languages", () => {
  it("speaks Korean to a Korean browser, and keeps another choice", async () => {
    await open({ locale: "ko-KR" });
    expect(await page.getAttribute("html", "lang")).toBe("ko");
    for (const text of await texts("[data-say]:not(:empty), #state, #explanation, #advice")) {
      expect(text).toMatch(/\p{Script=Hangul}/u);
    }
    await page.click("text=English");
    expect(await page.textContent("#state")).toBe("Not set up yet");
    await page.reload();
    await page.waitForSelector("#state:text-is('Not set up yet')");
    expect(await page.getAttribute("[data-language=en]", "aria-pressed")).toBe("true");
  });

  it("leads a Korean reader to the Korean documents, and to English ones that have no other", async () => {
    setEnvironment(CONFIGURED);
    await open({ locale: "ko-KR" });
    const links = await linksIn("#documents");
    const korean = ["README.ko", "docs/ko/deploy", "docs/ko/guide", "docs/ko/troubleshooting"];
    expect(links).toEqual(
      expect.arrayContaining([...korean, "SECURITY"].map((name) => `/documents/${name}.html`)),
    );
    expect(links).not.toContain("/documents/README.html");
    expect(links).not.toContain("/documents/docs/deploy.html");
    await page.click("#documents a");
    await page.waitForSelector("html[lang=ko] h2#주요-기능");
    await page.click("main a:text-is('docs/ko/deploy.md')");
    await page.waitForSelector("html[lang=ko] h2#리전");
    await page.click("main a:text-is('English')");
    await page.waitForSelector("html[lang=en] h2#region");
  });

  it.each(["fr-FR", "en-KR"])("speaks English to %s", async (locale) => {
    await open({ locale });
    expect(await page.getAttribute("html", "lang")).toBe("en");
  });
});

describe.each(LANGUAGES)("setup page in %s", (locale) => {
  describe.each(THEMES)("in %s", (colorScheme) => {
    it.each(WIDTHS)("is accessible and fits %d pixels, in every state", async (width) => {
      const states: (() => Response)[] = [
        health,
        () => answerHealth({ ok: true }),
        () => answerHealth({ ok: false, variables: [], problems: ["state_public"] }),
      ];
      for (const state of states) {
        health = state;
        await open({ locale, colorScheme, viewport: { width, height: 900 } });
        await page.evaluate(
          "for (const one of document.querySelectorAll('details')) one.open = true",
        );
        expect(await inspect()).toEqual({ width, violations: [] });
      }
    });
  });
});

describe.each(["README", "README.ko", "docs/ko/deploy"])("the document %s", (name) => {
  describe.each(THEMES)("in %s", (colorScheme) => {
    it.each(WIDTHS)("is accessible and fits %d pixels", async (width) => {
      const path = `/documents/${name}.html`;
      await open({ colorScheme, viewport: { width, height: 900 }, path });
      expect(await inspect()).toEqual({ width, violations: [] });
    });
  });
});

describe("setup page, as vercel.json lets it", () => {
  it("asks its own origin only, and runs no script that is not its own", async () => {
    await open();
    expect(requested.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "document.title = 'injected'";
      document.body.append(script);
    `);
    expect(await page.title()).not.toBe("injected");
    expect(complaints.join("\n")).toContain("Content Security Policy");
  });
});

function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  health = () => {
    const response = createApp(env).health();
    takeLogs();
    return response;
  };
}

function answerHealth(body: { ok: boolean; variables?: string[]; problems?: string[] }): Response {
  return Response.json(body, { status: body.ok ? 200 : 503 });
}

/** Opens the page in a browser of its own, and waits until it has shown all that it knows. */
async function open({
  path = "/",
  mayCopy = true,
  ...options
}: BrowserContextOptions & { path?: string; mayCopy?: boolean } = {}): Promise<void> {
  await Promise.all(browser.contexts().map((old) => old.close()));
  const context = await browser.newContext({ locale: "en-US", ...options });
  if (mayCopy) {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  }
  page = await context.newPage();
  if (!mayCopy) {
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })');
  }
  requested = [];
  complaints = [];
  page.on("request", (request) => requested.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The browser's own line about a 404 or 503 is no complaint about the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  await page.goto(`${origin}${path}`, { waitUntil: "networkidle" });
}

/** How wide the page is, and what axe-core finds wrong with it. */
async function inspect(): Promise<{ width: unknown; violations: unknown }> {
  const width = await page.evaluate("document.documentElement.scrollWidth");
  await page.evaluate(AXE);
  const violations = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
  );
  return { width, violations };
}

function texts(selector: string): Promise<string[]> {
  return page.locator(selector).allTextContents();
}

function markOf(name: string): Promise<string | null> {
  return page.textContent(`[data-variable=${name}] .mark`);
}

function colourOf(name: string): Promise<unknown> {
  return styleOf(`[data-variable=${name}] .mark`, "color");
}

function styleOf(selector: string, property: string): Promise<unknown> {
  return page.evaluate(`getComputedStyle(document.querySelector("${selector}")).${property}`);
}

async function clipboard(): Promise<string> {
  return String(await page.evaluate("navigator.clipboard.readText()"));
}

async function linksIn(selector: string): Promise<string[]> {
  return attributesOf(`${selector} a[href]`, "href");
}

/** As the build lists them, which is what is in the folders. */
async function publishedDocuments(): Promise<string[]> {
  const version = (await makePageFiles()).get("version.json") ?? "";
  return v.parse(v.object({ documents: v.array(v.string()) }), JSON.parse(version)).documents;
}

async function attributesOf(selector: string, name: string): Promise<string[]> {
  const elements = await page.locator(selector).all();
  const values = await Promise.all(elements.map((element) => element.getAttribute(name)));
  return values.map((value) => value ?? "");
}

function ownManifest(): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(manifest).replaceAll("https://YOUR-PROJECT.vercel.app", origin));
}
