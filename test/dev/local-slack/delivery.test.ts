import { createHmac } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { LocalSlackOptions } from "../../../dev/local-slack/server.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { startReceiver, urlsAt } from "./receiver.ts";
import { start } from "./start.ts";

describe("sign()", () => {
  it("gives the signature of Slack's published vector", async () => {
    await using started = await start({ signingSecret: "8f742231b10e8888abcd99yyyzzz85a5" });
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    expect(started.slack.sign(body, 1_531_420_618)).toEqual({
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    });
  });
});

describe("deliver()", () => {
  it("posts a signed event once when it is acked", async () => {
    const { result, received, secret } = await deliverTo((response) => response.end("yes"));
    expect(result).toMatchObject({ delivered: true, attempts: [{ status: 200 }], body: "yes" });
    const [request] = received;
    const { "x-slack-request-timestamp": at, "x-slack-signature": signature } =
      request?.headers ?? {};
    const digest = createHmac("sha256", secret)
      .update(`v0:${String(at)}:${request?.body}`)
      .digest("hex");
    expect(signature).toBe(`v0=${digest}`);
    expect(request?.headers).not.toHaveProperty("x-slack-retry-num");
  });

  it("tries three times more after errors, saying which time and why", async () => {
    const { result, received } = await deliverTo((response) => response.writeHead(503).end());
    expect(result.delivered).toBe(false);
    expect(result.attempts.map(({ status, reason }) => [status, reason])).toEqual(
      Array.from({ length: 4 }, () => [503, "http_error"]),
    );
    expect(
      received.map(({ headers }) => [
        headers["x-slack-retry-num"],
        headers["x-slack-retry-reason"],
      ]),
    ).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
      ["2", "http_error"],
      ["3", "http_error"],
    ]);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  });

  it("stops as soon as one try is acked", async () => {
    const { result } = await deliverTo((response, _received, count) =>
      response.writeHead(count === 2 ? 204 : 500).end(),
    );
    expect(result.attempts.map(({ status }) => status)).toEqual([500, 204]);
    expect(result.delivered).toBe(true);
  });

  it("honours x-slack-no-retry", async () => {
    const { result } = await deliverTo((response) =>
      response.writeHead(500, { "x-slack-no-retry": "1" }).end(),
    );
    expect(result.attempts).toHaveLength(1);
  });

  it("does not accept an answer after the ack timeout", async () => {
    const clock = createTestClock();
    const { result, received } = await deliverTo(() => clock.expire(3000), {
      sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
      ackTimeoutMs: 3000,
      retryDelaysMs: [0],
    });
    expect(result.attempts.map(({ reason }) => reason)).toEqual(["http_timeout", "http_timeout"]);
    expect(received[1]?.headers["x-slack-retry-reason"]).toBe("http_timeout");
  });

  it("calls a refused connection connection_failed", async () => {
    await using started = await start({ retryDelaysMs: [] });
    started.slack.requestUrls = urlsAt("http://127.0.0.1:1");
    const result = await started.slack.deliver({});
    expect(result).toMatchObject({ delivered: false, attempts: [{ reason: "connection_failed" }] });
  });

  it("follows two redirects and no third", async () => {
    const redirect = (response: ServerResponse) =>
      response.writeHead(302, { location: "/again" }).end();
    const twice = await deliverTo((response, _received, count) =>
      count < 3 ? redirect(response) : response.end(),
    );
    expect(twice.result.attempts).toMatchObject([{ status: 200 }]);
    const often = await deliverTo(redirect, { retryDelaysMs: [] });
    expect(often.result.attempts).toMatchObject([{ reason: "too_many_redirects" }]);
  });

  it("adds the caller's headers", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await start({ requestUrls: urlsAt(receiver.origin) });
    await started.slack.deliver({}, { headers: { "x-slack-signature": "v0=00" } });
    expect(receiver.received[0]?.headers["x-slack-signature"]).toBe("v0=00");
  });

  it("refuses to deliver without a Request URL", async () => {
    await using started = await start();
    await expect(started.slack.deliver({})).rejects.toThrow("Cannot deliver event");
  });

  it("gives up when the server closes during a pause", async () => {
    await using receiver = await startReceiver((response) => response.writeHead(500).end());
    const started = await start({
      requestUrls: urlsAt(receiver.origin),
      retryDelaysMs: [3_600_000],
    });
    const delivery = started.slack.deliver({});
    await expect.poll(() => receiver.received.length).toBe(1);
    await started.slack.close();
    expect((await delivery).attempts).toHaveLength(1);
  });
});

describe("a fault on the way to the app", () => {
  it("loses one event, and delivers the next", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await start({ requestUrls: urlsAt(receiver.origin) });
    const { slack } = started;
    slack.fault({ on: "delivery", kind: "lost" });
    expect(await slack.deliver({})).toEqual({ delivered: false, attempts: [], body: "" });
    expect(await slack.deliver({})).toMatchObject({ delivered: true });
    expect(receiver.received).toHaveLength(1);
    expect(slack.deliveries).toMatchObject([{ status: 200, durationMs: expect.any(Number) }]);
  });

  it("delivers one event as often as it says", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await start({ requestUrls: urlsAt(receiver.origin) });
    const { slack } = started;
    slack.fault({ on: "delivery", kind: "repeated", deliveries: 11 });
    const { attempts } = await slack.deliver({ event_id: "Ev1" });
    expect(attempts).toHaveLength(1);
    expect(receiver.received.map(({ body }) => body)).toEqual(
      Array.from({ length: 11 }, () => JSON.stringify({ event_id: "Ev1" })),
    );
  });
});

describe("envelopeOf()", () => {
  it("gives the event of the bot's own message", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x" });
    expect(slack.envelopeOf("images", ts)["event"]).toMatchObject({
      bot_id: slack.botId,
      app_id: slack.appId,
      user: slack.botUserId,
      channel: images,
      channel_type: "channel",
    });
    expect(() => slack.envelopeOf("images", "1.2")).toThrow("Cannot find message 1.2");
  });
});

async function deliverTo(
  answer: Parameters<typeof startReceiver>[0],
  options: Partial<LocalSlackOptions> = {},
) {
  await using receiver = await startReceiver(answer);
  await using started = await start({
    requestUrls: urlsAt(receiver.origin),
    retryDelaysMs: [0, 0, 0],
    ...options,
  });
  const { slack } = started;
  const result = await slack.deliver(slack.postMessage({ channel: "images", text: "x" }).envelope);
  return { result, received: receiver.received, secret: slack.signingSecret };
}
