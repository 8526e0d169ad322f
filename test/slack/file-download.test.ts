import type { RequestListener } from "node:http";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createFileDownload, type DownloadErrorCode } from "../../lib/slack/file-download.ts";
import { createTestClock, type TestClock } from "../helpers/clock.ts";
import { serveHttp } from "../helpers/http-server.ts";

const TOKEN = "xoxb-test";
const MAX_BYTES = 1000;

async function download(
  listener: RequestListener,
  options: { extraOrigins?: string[]; path?: string; clock?: TestClock } = {},
) {
  const server = await serveHttp(listener);
  const clock = options.clock ?? createTestClock();
  const downloadFile = createFileDownload({
    botToken: TOKEN,
    extraOrigins: [server.origin, ...(options.extraOrigins ?? [])],
    maxBytes: MAX_BYTES,
    timeoutMs: 200,
    clock,
  });
  const deadlineMs = clock.nowMs + 60_000;
  try {
    return {
      body: await downloadFile(server.origin + (options.path ?? "/file"), { deadlineMs }),
      requests: server.requests,
    };
  } catch (error) {
    return { error, requests: server.requests };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

function failing(code: DownloadErrorCode) {
  return expect.objectContaining({ name: "DownloadError", code });
}

describe("createFileDownload()", () => {
  it("reads the bytes with the token", async () => {
    const { body, requests } = await download((_, response) =>
      response.end(Buffer.from([0, 255, 7])),
    );
    expect(body).toEqual(Buffer.from([0, 255, 7]));
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it("accepts a file of exactly the limit, with and without Content-Length", async () => {
    const exact = Buffer.alloc(MAX_BYTES, 1);
    expect((await download((_, response) => response.end(exact))).body).toHaveLength(MAX_BYTES);
    const chunked: RequestListener = (_, response) => {
      response.write(exact.subarray(1));
      response.end(exact.subarray(0, 1));
    };
    expect((await download(chunked)).body).toHaveLength(MAX_BYTES);
  });

  it("refuses one more byte, and says how large the file is if Slack said so", async () => {
    const declared = await download((_, response) => response.end(Buffer.alloc(MAX_BYTES + 1)));
    expect(declared.error).toMatchObject({ code: "too_large", sizeBytes: MAX_BYTES + 1 });
    const undeclared = await download((_, response) => {
      response.write(Buffer.alloc(MAX_BYTES));
      response.end("x");
    });
    expect(undeclared.error).toMatchObject({ code: "too_large", sizeBytes: undefined });
    expect(undeclared.requests).toHaveLength(1);
  });

  it("recognizes a login page by its type and by its bytes", async () => {
    const typed = await download((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8").end("Sign in");
    });
    const untyped = await download((_, response) =>
      response.end("\n<!DOCTYPE html><html><body>Sign in"),
    );
    expect([typed.error, untyped.error]).toEqual([failing("no_access"), failing("no_access")]);
  });

  it('recognizes "Error serving file." and tries three times', async () => {
    const { error, requests } = await download((_, response) =>
      response.end("Error serving file."),
    );
    expect(error).toEqual(failing("not_served"));
    expect(requests).toHaveLength(3);
  });

  it.each([
    [401, "no_access", 1],
    [403, "no_access", 1],
    [404, "gone", 1],
    [410, "gone", 1],
    [429, "unavailable", 3],
    [500, "unavailable", 3],
  ] as const)("takes %i for %s after %i tries", async (status, code, tries) => {
    const { error, requests } = await download((_, response) => response.writeHead(status).end());
    expect(error).toEqual(failing(code));
    expect(requests).toHaveLength(tries);
  });

  it("tries again after a stall, a broken connection and a truncated body", async () => {
    const faults: RequestListener[] = [
      (request) => request.socket.destroy(),
      (_, response) => {
        response.writeHead(200, { "content-length": "9" });
        response.write("short", () => response.destroy());
      },
      (_, response) => response.end("whole"),
    ];
    const { body } = await download((...args) => faults.shift()?.(...args));
    expect(body?.toString()).toBe("whole");
    const clock = createTestClock();
    const stalled = await download(() => clock.expire(), { clock });
    expect(stalled.error).toEqual(failing("unavailable"));
    expect(stalled.requests).toHaveLength(3);
  });

  it("reads no further than the declared length", async () => {
    const packed = gzipSync(Buffer.alloc(MAX_BYTES, 1));
    const { error, requests } = await download((_, response) =>
      response
        .writeHead(200, { "content-encoding": "gzip", "content-length": packed.length })
        .end(packed),
    );
    expect(error).toEqual(failing("unavailable"));
    expect(requests).toHaveLength(3);
  });

  it("puts chunks together in their order", async () => {
    const whole = Buffer.from(Array.from({ length: MAX_BYTES }, (_, index) => index % 251));
    const inChunks =
      (headers: Record<string, number>): RequestListener =>
      async (_, response) => {
        response.writeHead(200, headers);
        for (let at = 0; at < MAX_BYTES; at += 300) {
          response.write(whole.subarray(at, at + 300));
          await setImmediate();
        }
        response.end();
      };
    expect((await download(inChunks({ "content-length": MAX_BYTES }))).body).toEqual(whole);
    expect((await download(inChunks({}))).body).toEqual(whole);
  });

  it("waits as long as Slack asks, but not beyond the deadline", async () => {
    const busy = (retryAfter: string): RequestListener[] => [
      (_, response) => response.writeHead(429, { "retry-after": retryAfter }).end(),
      (_, response) => response.end("whole"),
    ];
    const clock = createTestClock();
    const within = busy("60");
    const { body } = await download((...args) => within.shift()?.(...args), { clock });
    expect([body?.toString(), clock.sleeps]).toEqual(["whole", [60_000]]);
    const beyond = busy("61");
    const late = await download((...args) => beyond.shift()?.(...args));
    expect(late.error).toEqual(failing("unavailable"));
    expect(late.requests).toHaveLength(1);
  });

  it("follows redirects among allowed hosts with the token, three at most", async () => {
    const hops =
      (count: number): RequestListener =>
      (request, response) => {
        const hop = Number(request.url?.slice(1));
        return hop < count
          ? response.writeHead(302, { location: `/${hop + 1}` }).end()
          : response.end("arrived");
      };
    const three = await download(hops(3), { path: "/0" });
    expect(three.body?.toString()).toBe("arrived");
    expect(three.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 4 }, () => `Bearer ${TOKEN}`),
    );
    const four = await download(hops(4), { path: "/0" });
    expect(four.error).toEqual(failing("unavailable"));
  });

  it("sends no request to a foreign host after a redirect", async () => {
    await using foreign = await serveHttp((_, response) => response.end("secret?"));
    const { error } = await download((_, response) =>
      response.writeHead(302, { location: foreign.origin }).end(),
    );
    expect(error).toEqual(failing("foreign_host"));
    expect(foreign.requests).toHaveLength(0);
  });

  it.each([
    "https://files.slack.com@127.0.0.1/x",
    "https://files.slack.com.evil.example/x",
    "https://files.slack.com./x",
    "https://files.slack.com:8443/x",
    "https://user:pass@files.slack.com/x",
    "https://user@files.slack.com/x",
    "http://files.slack.com/x",
    "ftp://files.slack.com/x",
    "https://slack.com/x",
    "https://docs.google.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "blob:https://files.slack.com/x",
    "javascript:alert(1)",
    "",
    "not a URL",
  ])("sends nothing to %j", async (url) => {
    const downloadFile = createFileDownload({
      botToken: TOKEN,
      extraOrigins: [],
      maxBytes: MAX_BYTES,
      timeoutMs: 200,
      clock: createTestClock(),
    });
    await expect(downloadFile(url, { deadlineMs: 0 })).rejects.toEqual(failing("foreign_host"));
  });
});
