import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import sharp from "sharp";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readPort } from "../../dev/stack/free-port.ts";
import { LOCAL_DIRECTORY } from "../../dev/stack/running-stack.ts";
import { start, type StartedPlayground } from "../dev/playground/started.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SUNRISE = "dev/samples/sunrise.jpg";
const LOGO = "dev/samples/logo-transparent.png";
/** Only what hangs runs into it, also on a busy machine. */
const PATIENCE_MS = 120_000;
/** The main states as pictures. With `DOCS_PICTURES` set, those of the README are made anew. */
const PICTURES = path.join(LOCAL_DIRECTORY, "pictures");

/** Pictures of the README, in 256 colours. */
const DOCUMENTS = new Map([
  ["thread", "docs/playground.png"],
  ["light-1280", "docs/edit.png"],
]);

let browser: Browser;
let started: StartedPlayground;
let page: Page;
let problems: string[];
/** The message that this test sent. */
let posted: Locator;

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  started = await start();
});

afterAll(async () => {
  await browser.close();
  await started[Symbol.asyncDispose]();
});

beforeEach(async () => {
  problems = [];
  await started.send("DELETE", "/local/stack/faults");
  page = await openPage();
});

afterEach(async () => {
  await page.context().close();
  expect(problems).toEqual([]);
});

describe("a person who posts images", () => {
  it("drops two files and finds both tags in the thread", async () => {
    await dropFiles([SUNRISE, LOGO]);
    await send();
    await openThread();
    const [first, second] = await readTags(2);
    expect(first).toMatch(/\.jpg" alt="" width="1200" height="630">$/u);
    expect(second).toMatch(/\.png" alt="" width="640" height="320">$/u);
    await picture("thread");
  });

  it("sees the image at the size that its tag says", async () => {
    await post([LOGO]);
    await openThread();
    await readTags(1);
    const image = page.frameLocator("iframe").first().locator("img");
    await image.waitFor();
    const naturalWidth = () =>
      image.evaluate((shown: { naturalWidth?: number }) => shown.naturalWidth);
    await expect.poll(naturalWidth, { timeout: PATIENCE_MS }).toBe(640);
    expect(await image.getAttribute("width")).toBe("640");
  });

  it("copies a tag", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await post([LOGO]);
    await openThread();
    const [tag] = await readTags(1);
    await page.getByRole("button", { name: "Copy tag" }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(tag);
  });

  it("edits link and description, and the same reply changes", async () => {
    await post([LOGO]);
    await openThread();
    await readTags(1);
    await edit({ Description: 'A "logo" & more', Link: "https://example.com/a?b=1&c=2" });
    const [tag] = await pollTags(/<a href/u);
    expect(tag).toMatch(
      /^<a href="https:\/\/example\.com\/a\?b=1&amp;c=2"><img src="[^"]+" alt="A &quot;logo&quot; &amp; more" width="640" height="320"><\/a>$/u,
    );
    await posted.getByRole("button", { name: "1 reply" }).waitFor();
  });

  it("is told under the field what is wrong with a link", async () => {
    await post([LOGO]);
    await openThread();
    await readTags(1);
    const dialog = await openEditor();
    await dialog.getByRole("textbox", { name: /^Link/u }).fill("javascript:alert(1)");
    await dialog.getByRole("button", { name: "Save" }).click();
    const field = dialog.getByRole("textbox", { name: /^Link/u });
    await expect
      .poll(() => field.getAttribute("aria-invalid"), { timeout: PATIENCE_MS })
      .toBe("true");
    await picture("modal-error");
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
  });

  it("deletes an image after a confirmation", async () => {
    await post([LOGO]);
    await openThread();
    const [tag = ""] = await readTags(1);
    const address = /src="([^"]+)"/u.exec(tag)?.[1] ?? "";
    expect((await fetch(address)).status).toBe(200);
    await thread().getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await picture("confirm");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await thread().getByText("Deleted").waitFor();
    await expect
      .poll(async () => (await fetch(address)).status, { timeout: PATIENCE_MS })
      .toBeGreaterThanOrEqual(400);
  });

  it("sees hostile text as text", async () => {
    await post([LOGO]);
    await openThread();
    await readTags(1);
    const hostile = `"><img src=x onerror="document.title='broken'"><b>`;
    await edit({ Description: hostile });
    const [tag] = await pollTags(/onerror/u);
    expect(tag).toContain('alt="&quot;&gt;&lt;img src=x onerror=');
    expect(await page.title()).toBe("Upload to S3 playground");
    await expect
      .poll(() => page.frameLocator("iframe").first().locator("img").getAttribute("alt"), {
        timeout: PATIENCE_MS,
      })
      .toBe(hostile);
  });
});

describe("a person who posts what Slack or the app does not take", () => {
  it("is told by the composer, before anything is sent", async () => {
    const png = await readFile(LOGO);
    const twelve = Array.from({ length: 12 }, (_, index) => fileOf(`${index}.png`, png));
    await page.getByLabel("Attach files").setInputFiles([fileOf("empty.png", ""), ...twelve]);
    await page.getByText("Slack does not take “empty.png”: the file is empty.").waitFor();
    await page
      .getByText("Slack takes at most 10 files in a message: 2 files were left out.")
      .waitFor();
    await send();
    await openThread();
    expect(await readTags(10)).toHaveLength(10);
  });

  it("finds a document left alone, and a name with quotes and 한글 as it is", async () => {
    const name = `"로고" <b>&amp;.png`;
    await page
      .getByLabel("Attach files")
      .setInputFiles([fileOf("terms.pdf", "%PDF-1.7"), fileOf(name, await readFile(LOGO))]);
    await send();
    await openThread();
    expect(await readTags(1)).toHaveLength(1);
    await thread().getByText(name, { exact: true }).waitFor();
  });
});

describe("a person who uses the app elsewhere", () => {
  it("uploads an older message through its menu", async () => {
    await postUntold(LOGO);
    await posted.hover();
    await posted.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Upload to S3" }).click();
    const dialog = page.getByRole("dialog", { name: "Upload to S3" });
    await dialog.getByRole("textbox", { name: "Description" }).fill("Our logo");
    await dialog.getByRole("button", { name: "Upload" }).click();
    await dialog.getByRole("button", { name: "Copy tag" }).waitFor();
    expect(await tagsIn(dialog)).toEqual([expect.stringContaining('alt="Our logo"')]);
    await dialog.getByRole("button", { name: "Close" }).click();
    await openThread();
    expect(await readTags(1)).toEqual([expect.stringContaining('alt="Our logo"')]);
  });

  it("sends files through the form and finds them in the direct message", async () => {
    const composer = page.getByRole("textbox", { name: "Message images" });
    await composer.fill("/upload-to-s3");
    await composer.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Upload to S3" });
    await dialog.locator('input[type="file"]').setInputFiles([SUNRISE, LOGO]);
    await dialog.getByRole("button", { name: "Upload" }).click();
    await dialog.getByRole("button", { name: "Close" }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Upload to S3" }).click();
    await expect
      .poll(() => tagsIn(page.getByRole("article").last()), { timeout: PATIENCE_MS })
      .toHaveLength(2);
  });

  it("reads Korean when the app's language is changed", async () => {
    await page.getByRole("combobox", { name: "Language" }).selectOption({ label: "한국어" });
    await expect.poll(readLocale).toBe("ko");
    await post([LOGO]);
    await openThread();
    await readTags(1);
    await thread().getByRole("button", { name: "삭제" }).waitFor();
    await picture("korean");
    await page.getByRole("combobox", { name: "Language" }).selectOption({ label: "English" });
    await expect.poll(readLocale).not.toBe("ko");
  });
});

describe("a person who breaks the world around the app", () => {
  it("retries after the bucket refused an image", async () => {
    const { s3 } = started.playground.stack;
    s3.fault({ on: "PUT", key: /^images\//u, kind: "error_500" });
    await post([LOGO]);
    await openThread();
    await thread().getByRole("button", { name: "Retry" }).waitFor();
    await picture("failed");
    s3.clearFaults();
    await thread().getByRole("button", { name: "Retry" }).click();
    expect(await readTags(1)).toHaveLength(1);
  });

  it("sees the sweep finish what a killed function left", async () => {
    await press("Kill the function after the next ack");
    await post([LOGO]);
    await faults().getByText("upload").first().waitFor({ timeout: PATIENCE_MS });
    await expect
      .poll(async () => (await started.state()).functions, { timeout: PATIENCE_MS })
      .toBe("running");
    await press("Run the sweep");
    await openThread();
    await readTags(1);
    await faults().getByText("Nothing is left to do.").waitFor({ timeout: PATIENCE_MS });
  });
});

describe("the page", () => {
  it("shows the same in a second window, and what a command posted", async () => {
    const second = await openPage();
    const before = await page.getByRole("article").count();
    await started.post();
    for (const window of [page, second]) {
      await window
        .getByRole("article")
        .nth(before)
        .getByRole("button", { name: "1 reply" })
        .waitFor();
    }
    expect(await second.getByRole("article").count()).toBe(before + 1);
    await second.context().close();
  });

  it("shows objects, record, log and timeline of what was posted", async () => {
    await post([LOGO]);
    await openThread();
    await readTags(1);
    const panel = page.getByRole("tabpanel");
    for (const [tab, content] of [
      ["Bucket", /images\/[\da-f-]{36}\.png/u],
      ["Record", /"state": "uploaded"/u],
      ["Log", /upload\.claimed/u],
      ["Timeline", /chat\.postMessage/u],
    ] as const) {
      await page.getByRole("tab", { name: tab }).click();
      await panel.getByText(content).first().waitFor();
      expect(await panel.getAttribute("aria-labelledby")).not.toBeNull();
      await picture(tab.toLowerCase());
    }
  });

  it("starts the functions anew with a setting, and shows the sentence of a bad one", async () => {
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("textbox", { name: "MAX_WIDTH" }).fill("wide");
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Expected: a whole number of pixels").waitFor();
    await page.getByRole("textbox", { name: "MAX_WIDTH" }).fill("");
    await page.getByRole("checkbox", { name: "markdown" }).check();
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Saved.").waitFor();
    await post([LOGO]);
    await openThread();
    expect((await readTags(2)).at(-1)).toMatch(/^!\[\]\(http/u);
    await started.send("PUT", "/local/stack/settings", { TAG_FORMATS: "" });
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("has no fault that axe finds, %s at %i pixels", async (colorScheme, width) => {
    await page.context().close();
    page = await openPage({ colorScheme, width });
    await post([LOGO]);
    await posted.getByRole("button", { name: "1 reply" }).waitFor();
    expect(await violations()).toEqual([]);
    await openThread();
    await readTags(1);
    expect(await violations()).toEqual([]);
    await openEditor();
    expect(await violations()).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await picture(`${colorScheme}-${width}`);
    await page.keyboard.press("Escape");
  });

  it("says that the stack is gone, and comes back by itself", async () => {
    const relay = await startRelay(started.origin);
    await page.goto(relay.origin);
    await page.getByRole("textbox", { name: "Message images" }).waitFor();
    relay.stop();
    const notice = page.getByText("The local stack does not answer.");
    await notice.waitFor();
    await relay.resume();
    await notice.waitFor({ state: "detached" });
    expect(await page.getByRole("article").count()).toBeGreaterThan(0);
    relay.stop();
    problems = [];
  });
});

/** Another way to the same stack, which can be cut and come back at the same address. */
async function startRelay(origin: string) {
  const { hostname, port } = new URL(origin);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, hostname);
  await once(server, "listening");
  const own = readPort(server.address());
  return {
    origin: `http://${hostname}:${own}`,
    stop() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
    async resume() {
      server.listen(own, hostname);
      await once(server, "listening");
    },
  };
}

async function openPage({
  colorScheme = "light",
  width = 1280,
}: { colorScheme?: "light" | "dark"; width?: number } = {}): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const opened = await context.newPage();
  opened.on("pageerror", ({ message }) => problems.push(message));
  opened.on("console", (line) => {
    if (line.type() === "error" && !/Failed to load resource/u.test(line.text())) {
      problems.push(line.text());
    }
  });
  opened.on("request", (request) => {
    if (!/^(?:http:\/\/127\.0\.0\.1:|data:|blob:|about:)/u.test(request.url())) {
      problems.push(`It loads ${request.url()}`);
    }
  });
  await opened.goto(started.origin);
  await opened.getByRole("textbox", { name: "Message images" }).waitFor();
  expect(await opened.title()).toBe("Upload to S3 playground");
  return opened;
}

/** Chooses files, as the button beside the message's text does, and sends them. */
async function post(files: readonly string[]): Promise<void> {
  await page
    .getByLabel("Attach files")
    .first()
    .setInputFiles([...files]);
  await send();
}

/** Sends what the composer holds, and waits for the message. */
async function send(): Promise<void> {
  const articles = page.getByRole("article");
  const before = await articles.count();
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => articles.count(), { timeout: PATIENCE_MS }).toBe(before + 1);
  posted = articles.nth(before);
}

function fileOf(name: string, content: Buffer | string) {
  const mimeType = name.endsWith(".pdf") ? "application/pdf" : "image/png";
  return { name, mimeType, buffer: Buffer.from(content) };
}

/** A message from before the app was in the channel: its event is never delivered. */
async function postUntold(file: string): Promise<void> {
  const articles = page.getByRole("article");
  const before = await articles.count();
  const form = new FormData();
  form.set("channel", "images");
  form.set("is_delivered", "false");
  form.append("files", new Blob([await readFile(file)]), path.basename(file));
  await fetch(`${started.origin}/local/messages`, { method: "POST", body: form });
  await expect.poll(() => articles.count(), { timeout: PATIENCE_MS }).toBe(before + 1);
  posted = articles.nth(before);
}

async function dropFiles(files: readonly string[]): Promise<void> {
  const contents = await Promise.all(
    files.map(async (file) => ({
      name: path.basename(file),
      base64: (await readFile(file)).toString("base64"),
      type: file.endsWith(".png") ? "image/png" : "image/jpeg",
    })),
  );
  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    for (const { name, base64, type } of ${JSON.stringify(contents)}) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  })()`);
  const target = page.getByRole("textbox", { name: "Message images" });
  for (const type of ["dragenter", "dragover", "drop"]) {
    await target.dispatchEvent(type, { dataTransfer: transfer });
  }
}

async function openThread(): Promise<void> {
  await posted.getByRole("button", { name: "1 reply" }).click();
}

/** The app's reply in the side pane. */
function thread(): Locator {
  return page
    .getByRole("article")
    .filter({ has: page.getByText("APP", { exact: true }) })
    .last();
}

async function readTags(count: number): Promise<string[]> {
  await expect.poll(() => tagsIn(thread()), { timeout: PATIENCE_MS }).toHaveLength(count);
  return tagsIn(thread());
}

async function pollTags(tag: RegExp): Promise<string[]> {
  await expect
    .poll(async () => (await tagsIn(thread())).join(), { timeout: PATIENCE_MS })
    .toMatch(tag);
  return tagsIn(thread());
}

async function tagsIn(place: Locator): Promise<string[]> {
  const texts = await place.locator("pre, code").allTextContents();
  return [...new Set(texts.map((text) => text.trim()).filter((text) => /https?:/u.test(text)))];
}

async function openEditor(): Promise<Locator> {
  await thread().getByRole("button", { name: "Edit link & description" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Save" }).waitFor();
  return dialog;
}

async function edit(values: Readonly<Record<string, string>>): Promise<void> {
  const dialog = await openEditor();
  for (const [label, value] of Object.entries(values)) {
    await dialog.getByRole("textbox", { name: new RegExp(`^${label}`, "u") }).fill(value);
  }
  await dialog.getByRole("button", { name: "Save" }).click();
  // The modal shows the tags now.
  await dialog.getByRole("button", { name: "Copy tag" }).first().waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
}

async function readLocale(): Promise<string | undefined> {
  const { settings } = await started.state();
  return settings.find(({ name }) => name === "LOCALE")?.value;
}

function faults(): Locator {
  return page.getByRole("region", { name: "Faults" });
}

async function press(name: string): Promise<void> {
  await faults().getByRole("button", { name }).click();
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The rules that the page breaks, and where. */
async function violations(): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate("axe.run().then(({ violations }) => violations)");
  return v
    .parse(Violations, found)
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const Violations = v.array(
  v.object({ id: v.string(), nodes: v.array(v.object({ html: v.string() })) }),
);

async function picture(name: string): Promise<void> {
  const png = await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
  const document = DOCUMENTS.get(name);
  if (document !== undefined && process.env["DOCS_PICTURES"] !== undefined) {
    await sharp(png).png({ palette: true, effort: 10 }).toFile(document);
  }
}
