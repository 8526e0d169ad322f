import { describe, expect, it } from "vitest";
import { makePageFiles } from "../../dev/setup-page/page-files.ts";
import { renderDocument } from "../../dev/setup-page/render-document.ts";
import { servePage } from "../../dev/setup-page/serve-page.ts";
import manifest from "../../manifest.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { slackAppLink, withOrigin } from "../../public/slack-app-link.js";

const ORIGIN = "https://upload.example.com";
const NAMES = new Set(["README", "SECURITY", "docs/operations"]);
const render = (markdown: string, name = "README") => renderDocument(name, markdown, NAMES);

describe("slackAppLink()", () => {
  it("carries the manifest with the deployment's address", () => {
    const own = withOrigin(JSON.stringify(manifest), ORIGIN);
    expect(own).not.toContain("YOUR-PROJECT");
    const link = new URL(slackAppLink(own) ?? "");
    expect(JSON.parse(link.searchParams.get("manifest_json") ?? "")).toEqual(JSON.parse(own));
  });

  it("is at most 8000 characters long inside the address of the sign-in page", () => {
    const linkOf = (length: number) => slackAppLink(JSON.stringify("a".repeat(length)));
    const longest = 8000 - encodeURIComponent(linkOf(0) ?? "").length;
    expect(encodeURIComponent(linkOf(longest) ?? "")).toHaveLength(8000);
    expect(linkOf(longest + 1)).toBeUndefined();
  });

  it("is short enough for this manifest at the longest address that Vercel gives", () => {
    const address = `https://${"a".repeat(63)}.vercel.app`;
    expect(slackAppLink(withOrigin(JSON.stringify(manifest), address))).toBeDefined();
  });
});

describe("makePageFiles()", () => {
  it("makes the manifest, the version and a page of each document", async () => {
    const files = await makePageFiles();
    expect(JSON.parse(files.get("manifest.json") ?? "")).toEqual(manifest);
    const { version, documents } = JSON.parse(files.get("version.json") ?? "");
    expect(version).toBe(packageJson.version);
    expect(documents).toEqual(
      expect.arrayContaining(["README", "README.ko", "SECURITY", "docs/ko/deploy"]),
    );
    for (const name of documents) {
      const language = /(?:\.ko|^docs\/ko\/.*)$/u.test(name) ? "ko" : "en";
      expect(files.get(`documents/${name}.html`)).toContain(`<html lang="${language}">`);
      expect(files.get(`documents/${name}.html`)).toContain("<h1");
    }
  });
});

describe("servePage()", () => {
  it("serves the page with the headers of vercel.json", async () => {
    const response = await servePage("/");
    expect(response?.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response?.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(await response?.text()).toContain("<h1>Upload to S3</h1>");
  });

  it.each(["/package.json", "/../package.json", "/%2e%2e/package.json", "/documents/AGENTS.html"])(
    "does not serve %s",
    async (path) => {
      expect(await servePage(path)).toBeUndefined();
    },
  );
});

describe("renderDocument()", () => {
  it.each([
    ["[a](SECURITY.md)", '<a href="/documents/SECURITY.html">a</a>'],
    ["[a](SECURITY.md#the-cdn)", '<a href="/documents/SECURITY.html#the-cdn">a</a>'],
    ["[a](docs/operations.md)", '<a href="/documents/docs/operations.html">a</a>'],
    ["[a](#limits)", '<a href="#limits">a</a>'],
    ["[a](https://example.com/?a=1&b=2)", '<a href="https://example.com/?a=1&amp;b=2">a</a>'],
    ["[a](AGENTS.md)", "<p>a</p>"],
    ["[a](lib/app.ts)", "<p>a</p>"],
    ["[a](../README.md)", "<p>a</p>"],
    ["[a](javascript:alert)", "<p>a</p>"],
    ["![a <b](https://example.com/a.png)", "<p>a &lt;b</p>"],
    ['<img src="a.png" width="640" alt="a &lt;b">', "a &lt;b"],
    ["`<img>`", "<code>&lt;img&gt;</code>"],
    ["```\na & <b>\n```", "<code>a &amp; &lt;b&gt;</code>"],
  ])("makes of %s what a published page needs", (markdown, html) => {
    expect(render(markdown)).toContain(html);
  });

  it("follows links from a folder", () => {
    const html = render("[a](../README.md) [b](operations.md)", "docs/operations");
    expect(html).toContain('<a href="/documents/README.html">a</a>');
    expect(html).toContain('<a href="/documents/docs/operations.html">b</a>');
  });

  it("gives headings the anchors that GitHub gives them", () => {
    const html = render("## What `npm start` *does*!\n\n## Limits\n\n## Limits\n\n## 설정 방법");
    expect(html.match(/id="[^"]+"/gu)).toEqual([
      'id="what-npm-start-does"',
      'id="limits"',
      'id="limits-1"',
      'id="설정-방법"',
    ]);
  });

  it.each([
    ["README", "en"],
    ["README.ko", "ko"],
    ["docs/ko/operations", "ko"],
  ])("says the language of %s", (name, language) => {
    expect(render("# a", name)).toContain(`<html lang="${language}">`);
  });
});
