import { describe, expect, it } from "vitest";
import { clientOf, errorOf, png, start, type Started } from "./start.ts";

describe("fault()", () => {
  it("answers 429 with Retry-After, and does not carry the method out", async () => {
    await using started = await start();
    const { slack, images } = started;
    slack.fault({ on: "chat.postMessage", kind: "rate_limited", retryAfterSeconds: 7 });
    await expect(post(started)).rejects.toMatchObject({
      code: "slack_webapi_rate_limited_error",
      retryAfter: 7,
    });
    expect(slack.state.messages.get(images)).toBeUndefined();
    expect(slack.requests).toMatchObject([{ method: "chat.postMessage", status: 429 }]);
    expect(await post(started)).toMatchObject({ ok: true });
  });

  it("consumes rules in order, as often as they say, for their method only", async () => {
    await using started = await start();
    const { slack, client } = started;
    slack.fault({ on: "chat.postMessage", kind: "platform_error", error: "fatal_error", times: 2 });
    slack.fault({ on: "chat.postMessage", kind: "error_500" });
    expect(await client.auth.test()).toMatchObject({ ok: true });
    expect(await errorOf(post(started))).toBe("fatal_error");
    expect(await errorOf(post(started))).toBe("fatal_error");
    await expect(post(started)).rejects.toMatchObject({ statusCode: 500 });
    expect(await post(started)).toMatchObject({ ok: true });
  });

  it("spares requests by probability and by predicate", async () => {
    const chances = [0.9, 0.1];
    await using started = await start({ random: () => chances.shift() ?? 0 });
    const { slack } = started;
    slack.fault({
      on: "chat.postMessage",
      kind: "platform_error",
      error: "x",
      probability: 0.5,
      when: ({ args }) => args["text"] === "hit",
    });
    expect(await post(started, "miss")).toMatchObject({ ok: true });
    expect(await post(started, "hit")).toMatchObject({ ok: true });
    expect(await errorOf(post(started, "hit"))).toBe("x");
  });

  it("strikes every request until its time is over, or until it is removed by its name", async () => {
    let nowMs = 1_700_000_000_000;
    await using started = await start({ now: () => nowMs });
    const { slack, client } = started;
    const untilMs = nowMs + 20_000;
    const rule = { on: "*", kind: "platform_error", error: "x", times: Infinity } as const;
    slack.fault({ ...rule, name: "down", untilMs });
    expect(await errorOf(post(started))).toBe("x");
    nowMs = untilMs - 1;
    expect(await errorOf(client.auth.test())).toBe("x");
    expect(slack.faults()).toMatchObject([{ name: "down", untilMs }]);
    nowMs = untilMs;
    expect(await post(started)).toMatchObject({ ok: true });
    expect(slack.faults()).toEqual([]);
    slack.fault({ ...rule, name: "down" });
    slack.endFaults("down");
    expect(await post(started)).toMatchObject({ ok: true });
  });

  it("stalls without carrying the method out, or after it", async () => {
    await using started = await start();
    const { slack, images } = started;
    slack.fault({ on: "chat.postMessage", kind: "stall" });
    slack.fault({ on: "chat.postMessage", kind: "executed_then_stall" });
    const giveUpWhen = async (count: number) => {
      const patience = new AbortController();
      const call = fetch(`${slack.apiUrl}chat.postMessage`, {
        method: "POST",
        headers: { authorization: `Bearer ${slack.botToken}` },
        body: new URLSearchParams({ channel: images, text: "x" }),
        signal: patience.signal,
      }).catch((error: unknown) => error);
      await expect.poll(() => slack.requests).toHaveLength(count);
      patience.abort(new Error("it does not answer"));
      expect(await call).toMatchObject({ message: "it does not answer" });
    };
    await giveUpWhen(1);
    expect(slack.state.messages.get(images)).toBeUndefined();
    await giveUpWhen(2);
    expect(slack.state.messages.get(images)).toHaveLength(1);
    expect(slack.requests.map(({ status }) => status)).toEqual([0, 0]);
  });

  it("resets the connection", async () => {
    await using started = await start();
    started.slack.fault({ on: "auth.test", kind: "reset" });
    await expect(started.client.auth.test()).rejects.toMatchObject({
      code: "slack_webapi_request_error",
    });
  });

  it("resets the connection after the method was carried out", async () => {
    await using started = await start();
    const { slack, images } = started;
    slack.fault({ on: "chat.postMessage", kind: "executed_then_reset" });
    await expect(post(started)).rejects.toMatchObject({ code: "slack_webapi_request_error" });
    expect(slack.state.messages.get(images)).toHaveLength(1);
    expect(slack.requests.map(({ status }) => status)).toEqual([0]);
  });

  it("answers HTML with 200", async () => {
    await using started = await start();
    started.slack.fault({ on: "auth.test", kind: "html" });
    expect(await errorOf(started.client.auth.test())).toContain("<!DOCTYPE html>");
  });

  it("cuts a download short of its Content-Length", async () => {
    await using started = await start();
    started.slack.fault({ on: "download", kind: "truncated" });
    const response = await download(started);
    expect(response.headers.get("content-length")).toBe("64");
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
  });

  it("sends a download without a Content-Length, or slowly", async () => {
    await using started = await start();
    started.slack.fault({ on: "download", kind: "no_content_length" });
    const chunked = await download(started);
    expect(chunked.headers.get("content-length")).toBeNull();
    expect((await chunked.arrayBuffer()).byteLength).toBe(64);
    started.slack.fault({ on: "download", kind: "slow_drip", chunkBytes: 16, intervalMs: 1 });
    const slow = await download(started);
    expect((await slow.arrayBuffer()).byteLength).toBe(64);
  });

  it("redirects a download, serves a login page, and Slack's other error body", async () => {
    await using started = await start();
    const { slack } = started;
    slack.fault({ on: "download", kind: "redirect", to: "https://files-origin.slack.com/x" });
    slack.fault({ on: "download", kind: "login_page" });
    slack.fault({ on: "download", kind: "error_serving_file" });
    const redirect = await download(started);
    expect([redirect.status, redirect.headers.get("location")]).toEqual([
      302,
      "https://files-origin.slack.com/x",
    ]);
    expect((await download(started)).headers.get("content-type")).toContain("text/html");
    expect(await (await download(started)).text()).toBe("Error serving file.");
  });
});

describe("close()", () => {
  it("ends stalled and dripping answers at once", async () => {
    const started = await start();
    const { slack } = started;
    slack.fault({ on: "auth.test", kind: "stall" });
    slack.fault({ on: "download", kind: "slow_drip", intervalMs: 60_000 });
    const stalled = clientOf(slack).auth.test();
    stalled.catch(() => undefined);
    const dripping = (await download(started)).arrayBuffer();
    dripping.catch(() => undefined);
    await expect.poll(() => slack.requests.length).toBe(2);
    await slack.close();
    await expect(stalled).rejects.toThrow("fetch failed");
    await expect(dripping).rejects.toThrow("terminated");
  });
});

function post({ client, images }: Started, text = "x") {
  return client.chat.postMessage({ channel: images, text });
}

function download({ slack }: Started): Promise<Response> {
  slack.postMessage({ channel: "images", files: [{ name: "a.png", bytes: png() }] });
  const [file] = [...slack.state.files.values()].slice(-1);
  return fetch(String(file?.object["url_private_download"]), {
    headers: { authorization: `Bearer ${slack.botToken}` },
    redirect: "manual",
  });
}
