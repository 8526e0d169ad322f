import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const PNG = await readFile(new URL("../fixtures/images/alpha.png", import.meta.url));
const SECRET = "cron-secret";
const MINUTE_MS = 60_000;

async function start(changed = {}) {
  return startTestStack({ CRON_SECRET: SECRET, CHANNEL_IDS: "C0LOCAL001", ...changed });
}

async function sweep(stack: TestStack, authorization = `Bearer ${SECRET}`) {
  const response = await stack.app.reconcile(
    new Request("https://app.example.com/api/cron/reconcile", { headers: { authorization } }),
  );
  const body = await response.text();
  return { status: response.status, report: body === "" ? undefined : JSON.parse(body) };
}

function post(stack: TestStack, name = "a.png") {
  return stack.slack.postMessage({ channel: "images", files: [{ name, bytes: PNG }] });
}

function repliesTo(stack: TestStack, ts: string) {
  return stack.slack.thread("C0LOCAL001", ts).filter(({ bot_id }) => bot_id !== undefined);
}

describe("GET /api/cron/reconcile", () => {
  it("answers 401 to a wrong secret, and 503 if none is set", async () => {
    await using stack = await start();
    expect((await sweep(stack, "Bearer guess")).status).toBe(401);
    expect((await sweep(stack, "")).status).toBe(401);
    const open = stack.createInstance({ CRON_SECRET: "" });
    const response = await open.reconcile(new Request("https://app.example.com/"));
    expect(response.status).toBe(503);
    expect(stack.outgoing()).toEqual([]);
  });

  it("uploads image messages that were never delivered, in threads too", async () => {
    await using stack = await start();
    const lost = post(stack);
    stack.slack.postMessage({ channel: "images", text: "no image", files: [] });
    const inThread = stack.slack.postMessage({
      channel: "images",
      threadTs: lost.message.ts,
      files: [{ name: "b.png", bytes: PNG }],
    });
    const { status, report } = await sweep(stack);
    expect(status).toBe(200);
    expect(report).toEqual({ finished: 0, found: 2, open: 0, channels: 1, isComplete: true });
    expect(stack.s3.objects("images/")).toHaveLength(2);
    expect(repliesTo(stack, lost.message.ts)).toHaveLength(2);
    expect(inThread.message.ts).toBeDefined();
    expect(takeLogs().map(({ event }) => event)).toContain("reconcile.finished");
  });

  it("does nothing the second time, and asks Slack only for newer messages", async () => {
    await using stack = await start();
    const { message } = post(stack);
    await sweep(stack);
    const before = stack.s3.objects("images/");
    stack.clock.nowMs += 60 * MINUTE_MS;
    const { report } = await sweep(stack);
    expect(report).toMatchObject({ finished: 0, found: 0 });
    expect(stack.s3.objects("images/")).toEqual(before);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    const searches = stack.slack.requests.filter(
      ({ method }) => method === "conversations.history",
    );
    const [first, second] = searches.map(({ args }) => Number(args["oldest"]));
    expect(second).toBeGreaterThan(Number(first) + 22 * 3600);
  });

  it("finishes a record with an expired lease, with the same key and in the same reply", async () => {
    await using stack = await start();
    const { message, envelope } = post(stack);
    stack.slack.fault({ on: "chat.update", kind: "error_500", times: 3 });
    await stack.send(envelope);
    await stack.drain();
    const [object] = stack.s3.objects("images/");
    expect(stack.s3.objects("state/open/")).toHaveLength(1);
    expect((await sweep(stack)).report).toMatchObject({ finished: 1, open: 0 });
    expect(stack.s3.objects("state/open/")).toEqual([]);
    expect(stack.s3.objects("images/").map(({ key }) => key)).toEqual([object?.key]);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain(object?.key);
  });

  it("looks back further than the 24 hours 59 minutes between two daily sweeps", async () => {
    await using stack = await start();
    post(stack);
    stack.clock.nowMs += (24 * 60 + 59) * MINUTE_MS;
    expect((await sweep(stack)).report).toMatchObject({ found: 1 });
  });

  it("retries files that Slack did not serve, in the first minutes only", async () => {
    await using stack = await start();
    const { message, envelope } = post(stack);
    stack.slack.fault({ on: "download", kind: "error_500", times: 6 });
    await stack.send(envelope);
    await stack.drain();
    expect(stack.s3.objects("images/")).toHaveLength(0);
    stack.clock.nowMs += 6 * MINUTE_MS;
    expect((await sweep(stack)).report).toMatchObject({ finished: 0, open: 1 });
    expect(stack.s3.objects("images/")).toHaveLength(0);
    stack.clock.nowMs += MINUTE_MS;
    expect((await sweep(stack)).report).toMatchObject({ finished: 1 });
    const [object] = stack.s3.objects("images/");
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain(object?.key);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
  });

  it("leaves files that keep failing to people, and ignores files that are not images", async () => {
    await using stack = await start();
    const { envelope } = post(stack);
    const fake = { name: "fake.png", bytes: Buffer.from("no"), mimetype: "image/png" };
    const other = stack.slack.postMessage({ channel: "images", files: [fake] });
    stack.slack.fault({ on: "download", kind: "error_500", times: 3 });
    await stack.send(envelope);
    await stack.drain();
    await stack.send(other.envelope);
    await stack.drain();
    stack.clock.nowMs += 16 * MINUTE_MS;
    stack.slack.fault({ on: "download", kind: "error_500", times: 3 });
    expect((await sweep(stack)).report).toMatchObject({ finished: 1 });
    const before = stack.slack.requests.filter(({ method }) => method === "download");
    stack.clock.nowMs += 60 * MINUTE_MS;
    expect((await sweep(stack)).report).toMatchObject({ finished: 0, open: 0 });
    const after = stack.slack.requests.filter(({ method }) => method === "download");
    expect(after).toHaveLength(before.length);
  });

  it("continues what a function had no time for; until then, the reply says so", async () => {
    await using stack = await start({ MAX_IMAGE_BYTES: String(PNG.byteLength) });
    const files = Array.from({ length: 12 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    const { message, envelope } = stack.slack.postMessage({ channel: "images", files });
    // Four of the largest files fit at a time, and Slack takes three minutes for one of them.
    let downloads = 0;
    const when = () => {
      downloads += 1;
      stack.clock.nowMs += downloads === 3 ? 3 * MINUTE_MS : 0;
      return false;
    };
    stack.slack.fault({ on: "download", kind: "stall", when, times: files.length });
    await stack.send(envelope);
    await stack.drain();
    expect(stack.s3.objects("images/").length).toBeLessThan(files.length);
    expect(JSON.stringify(repliesTo(stack, message.ts))).toContain("still uploading…");
    expect(stack.s3.objects("state/open/")).toHaveLength(1);

    // The lease was given back, so the next sweep need not wait for its end.
    await sweep(stack);
    await sweep(stack);
    expect(stack.s3.objects("images/")).toHaveLength(files.length);
    expect(stack.s3.objects("state/open/")).toEqual([]);
    expect(repliesTo(stack, message.ts)).toHaveLength(1);
    expect(JSON.stringify(repliesTo(stack, message.ts))).not.toContain("still uploading…");
  });

  it("does no harm if two sweeps run at once, together with deliveries", async () => {
    await using stack = await start();
    const posted = [post(stack, "1.png"), post(stack, "2.png"), post(stack, "3.png")];
    await Promise.all([
      sweep(stack),
      sweep(stack),
      ...posted.map(({ envelope }) => stack.send(envelope)),
    ]);
    await stack.drain();
    expect(stack.s3.objects("images/")).toHaveLength(3);
    for (const { message } of posted) {
      expect(repliesTo(stack, message.ts)).toHaveLength(1);
    }
  });
});
