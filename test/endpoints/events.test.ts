import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createApp } from "../../lib/app.ts";
import appRateLimited from "../fixtures/payloads/app-rate-limited.json" with { type: "json" };
import messageChanged from "../fixtures/payloads/message-changed.json" with { type: "json" };
import messageWithImages from "../fixtures/payloads/message-with-images.json" with { type: "json" };
import ownBotMessage from "../fixtures/payloads/own-bot-message.json" with { type: "json" };
import urlVerification from "../fixtures/payloads/url-verification.json" with { type: "json" };
import { takeLogs } from "../helpers/logs.ts";
import { UNSIGNED, signedRequest, startTestStack } from "../helpers/stack.ts";

const MIB = 1024 * 1024;

describe("POST /api/slack/events", () => {
  it("answers url_verification with the challenge as text", async () => {
    await using stack = await startTestStack();
    const response = await stack.send(urlVerification);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(await response.text()).toBe(urlVerification.challenge);
  });

  it("logs app_rate_limited", async () => {
    await using stack = await startTestStack();
    expect((await stack.send(appRateLimited)).status).toBe(200);
    expect(takeLogs()).toMatchObject([{ level: "warn", event: "events.rate_limited" }]);
  });

  it.each([
    ["message_changed", messageChanged],
    ["its own message", ownBotMessage],
    ["another bot's message", event({ bot_id: "B0OTHER" })],
    ["a message without files", event({ files: undefined })],
    [
      "a message with a PDF",
      event({ files: [{ id: "F1", mode: "hosted", mimetype: "application/pdf" }] }),
    ],
    ["a subtype that people do not post", event({ subtype: "message_deleted" })],
    [
      "a stranger of Slack Connect",
      { ...event({ user_team: "T0GUEST" }), is_ext_shared_channel: true },
    ],
    [
      "an event type that it does not know",
      { ...messageWithImages, event: { type: "reaction_added" } },
    ],
    ["a payload type that it does not know", { type: "something_new" }],
  ])("acks %s and does nothing", async (_, envelope) => {
    await using stack = await startTestStack();
    const response = await stack.send(envelope);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([
    ["a channel that is not listed", { CHANNEL_IDS: "C0OTHER" }],
    ["any channel when AUTO_UPLOAD is off", { AUTO_UPLOAD: "false" }],
  ])("ignores %s", async (_, env) => {
    await using stack = await startTestStack(env);
    expect((await stack.send(messageWithImages)).status).toBe(200);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each(UNSIGNED)("refuses a request with %s", async (_, headers) => {
    await using stack = await startTestStack();
    expect((await stack.send(messageWithImages, { headers })).status).toBe(401);
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs()).toMatchObject([{ event: "request.rejected", status: 401 }]);
  });

  it("answers 401 to 1,000 requests that were changed in transit, and does nothing", async () => {
    await using stack = await startTestStack();
    const body = JSON.stringify(messageWithImages);
    const genuine = signedRequest(stack.slack, body, { nowMs: stack.clock.nowMs });
    const headers = Object.fromEntries(genuine.headers);
    const mutation = fc.oneof(
      fc.nat({ max: body.length - 1 }).map((index) => ({ body: flip(body, index) })),
      fc.nat({ max: 66 }).map((index) => mutateHeader(headers, "x-slack-signature", index)),
      fc.nat({ max: 9 }).map((index) => mutateHeader(headers, "x-slack-request-timestamp", index)),
      fc.string().map((added) => ({ body: `${body} ${added}` })),
      fc.constantFrom("v0=", "", "v1=00", "0".repeat(64)).map((signature) => ({
        headers: { ...headers, "x-slack-signature": signature },
      })),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (changed) => {
        const request = new Request(genuine.url, { method: "POST", headers, body, ...changed });
        expect((await stack.app.events(request)).status).toBe(401);
      }),
      { numRuns: 1000 },
    );
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([-301, 301])("refuses a request %i seconds off", async (seconds) => {
    await using stack = await startTestStack();
    const request = signedRequest(stack.slack, JSON.stringify(urlVerification), {
      nowMs: stack.clock.nowMs + seconds * 1000,
    });
    expect((await stack.app.events(request)).status).toBe(401);
  });

  it("accepts either of two signing secrets", async () => {
    await using stack = await startTestStack();
    const app = stack.createInstance({ SLACK_SIGNING_SECRET: `new,${stack.slack.signingSecret}` });
    expect((await stack.send(urlVerification, { app })).status).toBe(200);
  });

  it.each([
    ["bad JSON", '{"type":'],
    ["a list", "[]"],
    ["no type", "{}"],
    ["a file without id", JSON.stringify(event({ files: [{ name: "a.png" }] }))],
  ])("refuses %s, and says what was expected", async (_, body) => {
    await using stack = await startTestStack();
    const request = signedRequest(stack.slack, body, { nowMs: stack.clock.nowMs });
    expect((await stack.app.events(request)).status).toBe(400);
    expect(takeLogs()).toMatchObject([
      { event: "request.rejected", status: 400, error: expect.stringContaining("expected") },
    ]);
  });

  it("reads 1 MiB and refuses one more byte, declared or not", async () => {
    await using stack = await startTestStack();
    const padded = (sizeBytes: number) => JSON.stringify(urlVerification).padEnd(sizeBytes, " ");
    const send = (body: string, headers = {}) =>
      stack.app.events(signedRequest(stack.slack, body, { nowMs: stack.clock.nowMs, headers }));
    expect((await send(padded(MIB))).status).toBe(200);
    expect((await send(padded(MIB + 1))).status).toBe(413);
    expect((await send(padded(10), { "content-length": String(MIB + 1) })).status).toBe(413);
  });

  it("answers 503 while a variable is missing, and names it", async () => {
    await using stack = await startTestStack();
    const app = stack.createInstance({ SLACK_BOT_TOKEN: "" });
    expect((await stack.send(messageWithImages, { app })).status).toBe(503);
    expect(stack.app.health().status).toBe(200);
    expect(takeLogs()).toMatchObject([
      { event: "request.rejected", status: 503, error: expect.stringContaining("SLACK_BOT_TOKEN") },
    ]);
    expect(stack.outgoing()).toEqual([]);
  });

  it.each([
    ["Slack's", urlVerification.challenge],
    ["200 characters", "a".repeat(200)],
    ["every character", "azAZ09_.-"],
  ])("answers an unsigned challenge while no signing secret is set: %s", async (_, challenge) => {
    await using stack = await startTestStack();
    const apps = [createApp({}), stack.createInstance({ SLACK_SIGNING_SECRET: " " })];
    for (const app of apps) {
      const response = await app.events(unsigned({ ...urlVerification, challenge }));
      expect([response.status, await response.text()]).toEqual([200, challenge]);
      expect(response.headers.get("content-type")).toBe("text/plain");
    }
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs().map(({ event: name }) => name)).toEqual(apps.map(() => "challenge.answered"));
  });

  it.each([
    ["201 characters", { ...urlVerification, challenge: "a".repeat(201) }],
    ["nothing", { ...urlVerification, challenge: "" }],
    ["markup", { ...urlVerification, challenge: "<script>" }],
    ["a line break", { ...urlVerification, challenge: "a\n" }],
    ["no text", { ...urlVerification, challenge: 1 }],
    ["another type", { ...urlVerification, type: "event_callback" }],
    ["a message", messageWithImages],
    ["no JSON", "challenge=a"],
  ])("refuses everything else while no signing secret is set: %s", async (_, body) => {
    await using stack = await startTestStack();
    const app = stack.createInstance({ SLACK_SIGNING_SECRET: "" });
    const response = await app.events(unsigned(body));
    expect([response.status, await response.text()]).toEqual([503, ""]);
    await stack.drain();
    expect(stack.outgoing()).toEqual([]);
    expect(takeLogs()).toMatchObject([{ event: "request.rejected", status: 503 }]);
  });

  it("answers no unsigned challenge at another path, nor if a secret is set, even a malformed one", async () => {
    await using stack = await startTestStack();
    const { interactivity, commands } = createApp({});
    const malformed = stack.createInstance({ SLACK_SIGNING_SECRET: "a,b,c" });
    const answers = await Promise.all([
      interactivity(unsigned(urlVerification)),
      commands(unsigned(urlVerification)),
      malformed.events(unsigned(urlVerification)),
      stack.app.events(unsigned(urlVerification)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 401]);
  });

  it("reads no more than 1 MiB while no signing secret is set", async () => {
    const padded = JSON.stringify(urlVerification).padEnd(MIB + 1, " ");
    expect((await createApp({}).events(unsigned(padded))).status).toBe(413);
  });

  it("boots without any variable", async () => {
    const response = await createApp({}).events(
      new Request("https://app.example.com/", { method: "POST" }),
    );
    expect(response.status).toBe(503);
  });
});

function unsigned(body: unknown): Request {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request("https://app.example.com/", { method: "POST", body: text });
}

/** Changes one character to another that a header may hold. */
function flip(text: string, index: number): string {
  const changed = text.charAt(index) === "0" ? "1" : "0";
  return text.slice(0, index) + changed + text.slice(index + 1);
}

function mutateHeader(headers: Record<string, string>, name: string, index: number) {
  return { headers: { ...headers, [name]: flip(headers[name] ?? "", index) } };
}

function event(changed: Record<string, unknown>) {
  return { ...messageWithImages, event: { ...messageWithImages.event, ...changed } };
}
