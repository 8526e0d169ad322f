import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpServer, serveHttp } from "../helpers/http-server.ts";
import { PNG, recordIn, repliesTo, upload } from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

/** A foreign host that would serve an image to anybody, and remembers the requests. */
let foreign: HttpServer;

beforeAll(async () => {
  foreign = await serveHttp((_, response) =>
    response.writeHead(200, { "content-type": "image/png" }).end(PNG),
  );
});

afterAll(() => foreign[Symbol.asyncDispose]());

/** `HOST` stands for the foreign host, `SLACK` for Slack, both with their port. */
const HOSTILE_URLS = [
  "https://files.slack.com@HOST/x.png",
  "https://files.slack.com:443@HOST/x.png",
  "https://files.slack.com%40HOST/x.png",
  "https://files.slack.com.evil.example/x.png",
  "https://files-slack.com/x.png",
  "https://evilfiles.slack.com/x.png",
  "https://files.slack.com./x.png",
  "https://files.slack.com:8443/x.png",
  "https://files.slack.com:80/x.png",
  "https://user:pass@files.slack.com/x.png",
  "https://user@files.slack.com/x.png",
  "https://FILES.SLACK.COM.EVIL.EXAMPLE/x.png",
  "http://files.slack.com/x.png",
  "HTTP://FILES.SLACK.COM/x.png",
  "http://files-origin.slack.com/x.png",
  "https://xn--files-slack-com.example/x.png",
  "https://files。slack。com.example/x.png",
  "https://files.slack.com\u2024evil.example/x.png",
  "https://slack.com/x.png",
  "https://api.slack.com/x.png",
  "https://docs.google.com/x.png",
  "http://HOST/x.png",
  "https://HOST/x.png",
  "http://SLACK@HOST/x.png",
  "http://user:pass@SLACK/x.png",
  "http://SLACK:x@HOST/x.png",
  "http://HOST#@SLACK/x.png",
  "http://HOST?@SLACK/x.png",
  "http://HOST\\@SLACK/x.png",
  "http://HOST/http://SLACK/x.png",
  "//HOST/x.png",
  "/\\HOST/x.png",
  "http:HOST/x.png",
  "http:////HOST/x.png",
  "\thttp://HO\nST/x.png",
  "http://localhost:PORT/x.png",
  "http://LOCALHOST:PORT/x.png",
  "http://127.1:PORT/x.png",
  "http://2130706433:PORT/x.png",
  "http://0x7f.0.0.1:PORT/x.png",
  "http://0177.0.0.1:PORT/x.png",
  "http://[::1]:PORT/x.png",
  "http://[::ffff:127.0.0.1]:PORT/x.png",
  "http://0.0.0.0:PORT/x.png",
  "http://127.0.0.1.nip.example:PORT/x.png",
  "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
  "https://169.254.169.254/x.png",
  "http://metadata.google.internal/x.png",
  "ws://HOST/x.png",
  "ftp://HOST/x.png",
  "file:///etc/passwd",
  "data:image/png;base64,iVBORw0KGgo=",
  "blob:https://files.slack.com/0b6a4b1e-5a3f-4f0e-9a57-2f7f4c1f8a11",
  "blob:http://SLACK/0b6a4b1e-5a3f-4f0e-9a57-2f7f4c1f8a11",
  "javascript:fetch('http://HOST')",
  "x.png",
] as const;

function withHosts(url: string, stack: TestStack): string {
  const [host, slack] = [foreign.origin, stack.slack.origin].map((origin) => new URL(origin).host);
  return url
    .replaceAll("HOST", host ?? "")
    .replaceAll("SLACK", slack ?? "")
    .replaceAll("PORT", new URL(foreign.origin).port);
}

function headersSeen(): IncomingHttpHeaders[] {
  return foreign.requests.splice(0).map(({ headers }) => headers);
}

function postLinkTo(stack: TestStack, url: string, isConnectStub = false) {
  const overrides = { url_private: url, url_private_download: url };
  const file = { name: "x.png", bytes: PNG, overrides, isConnectStub };
  return upload(stack, { files: [file] });
}

describe("a file that looks hosted, but has a foreign URL", () => {
  it.each(HOSTILE_URLS)("is not downloaded from %j", async (url) => {
    await using stack = await startTestStack();
    const posted = await postLinkTo(stack, withHosts(url, stack));
    expect(headersSeen()).toEqual([]);
    // "not_downloaded" would mean that the app had sent a request.
    expect(recordIn(stack).images).toMatchObject([{ state: "failed", code: "external" }]);
    expect(stack.slack.requests.filter(({ method }) => method === "download")).toEqual([]);
    expect(JSON.stringify(repliesTo(stack, posted))).toContain("stored outside Slack");
  });

  it.each(["http://HOST/x.png", "https://files.slack.com@HOST/x.png"])(
    "is not downloaded from %j if files.info names that",
    async (url) => {
      await using stack = await startTestStack();
      await postLinkTo(stack, withHosts(url, stack), true);
      expect(headersSeen()).toEqual([]);
      expect(recordIn(stack).images).toMatchObject([{ state: "failed", code: "external" }]);
    },
  );

  it("is not downloaded at all if it is marked as external", async () => {
    await using stack = await startTestStack();
    const overrides = { mode: "external", is_external: true, url_private: `${foreign.origin}/x` };
    await upload(stack, { files: [{ name: "x.png", bytes: PNG, overrides }] });
    expect(headersSeen()).toEqual([]);
    expect(stack.outgoing()).toEqual([]);
  });
});

describe("a redirect from Slack's file server", () => {
  it.each([
    ["http://HOST/x.png"],
    ["https://HOST/x.png"],
    ["//HOST/x.png"],
    ["/\\HOST/x.png"],
    ["\\\\HOST\\x.png"],
    ["http://SLACK@HOST/x.png"],
    ["http://user:pass@SLACK/files-pri/x.png"],
    ["http://localhost:PORT/x.png"],
    ["http://[::ffff:127.0.0.1]:PORT/x.png"],
    ["https://files.slack.com@HOST/x.png"],
    ["https://files.slack.com.evil.example/x.png"],
    ["https://evil.example/.slack.com"],
    ["https://evil.example#.slack.com"],
    ["https://evilslack.com/x.png"],
    ["http://edge.slack.com/x.png"],
    ["https://files.slack.com:8443/x.png"],
    ["https://[::1]/x.png"],
    ["file:///etc/passwd"],
    ["data:image/png;base64,iVBORw0KGgo="],
    ["javascript:alert(1)"],
    ["blob:http://SLACK/0b6a4b1e-5a3f-4f0e-9a57-2f7f4c1f8a11"],
  ])("to %j is not followed, neither at once nor after two valid ones", async (target) => {
    await using stack = await startTestStack();
    const { slack } = stack;
    const to = withHosts(target, stack);
    slack.fault({ on: "download", kind: "redirect", to });
    await upload(stack);
    slack.fault({ on: "download", kind: "redirect", to: `${slack.origin}/files-pri/T-F/a.png` });
    slack.fault({ on: "download", kind: "redirect", to: "/files-pri/T-F/b.png" });
    slack.fault({ on: "download", kind: "redirect", to });
    await upload(stack);
    expect(headersSeen()).toEqual([]);
    const records = stack.s3.objects("state/").map(({ body }) => JSON.parse(body.toString()));
    const failed = { images: [{ state: "failed", code: "external" }] };
    expect(records).toMatchObject([failed, failed]);
    expect(slack.requests.filter(({ method }) => method === "download")).toHaveLength(4);
  });

  it("is followed among Slack's own hosts, with the token, three times at most", async () => {
    await using stack = await startTestStack();
    const { slack } = stack;
    slack.fault({ on: "download", kind: "redirect", to: "/files-pri/T-F/a.png", times: 12 });
    await upload(stack);
    expect(recordIn(stack).images).toMatchObject([{ state: "failed", code: "not_downloaded" }]);
    const downloads = slack.requests.filter(({ method }) => method === "download");
    expect(downloads).toHaveLength(12);
    expect(new Set(downloads.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${slack.botToken}`]),
    );
  });
});

describe("a redirect from Slack's Web API", () => {
  it.each(["chat.postMessage", "chat.update"])("from %s is not followed", async (on) => {
    await using stack = await startTestStack();
    stack.slack.fault({ on, kind: "redirect", to: `${foreign.origin}/api/${on}` });
    const posted = await upload(stack);
    expect(headersSeen()).toEqual([]);
    expect(repliesTo(stack, posted)).toHaveLength(1);
  });
});
