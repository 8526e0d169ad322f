import { describe, expect, it } from "vitest";
import { after, cutWire } from "../faults/cut.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  bucketOf,
  callsTo,
  markersIn,
  PNG,
  post,
  type Posted,
  repliesTo,
  sweep,
  tagsShown,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const CHANNEL = "C0LOCAL001";
const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;

function start(changed = {}): Promise<TestStack> {
  return startTestStack({ CRON_SECRET: "cron-secret", CHANNEL_IDS: CHANNEL, ...changed });
}

function missing(stack: TestStack, lost: readonly Posted[]): number {
  return lost.filter((posted) => tagsShown(stack, posted).length !== 1).length;
}

describe("messages that were never delivered", () => {
  it("are all uploaded in the end, even if a daily sweep has no time for all", async () => {
    await using stack = await start();
    await sweep(stack);
    const lost = Array.from({ length: 30 }, () => post(stack));
    // At ten seconds a file, a function has time for about twenty.
    const when = () => {
      stack.clock.nowMs += 10_000;
      return false;
    };
    stack.slack.fault({ on: "download", kind: "stall", when, times: Number.POSITIVE_INFINITY });
    const left: number[] = [];
    for (let day = 0; day < 4; day += 1) {
      stack.clock.nowMs += DAY_MS;
      await sweep(stack, stack.createInstance());
      left.push(missing(stack, lost));
    }
    expect(left[0]).toBeGreaterThan(0);
    expect(left.at(-1)).toBe(0);
    expect(stack.s3.objects("images/")).toHaveLength(lost.length);
    expect(markersIn(stack)).toEqual([]);
  });

  it("are found among finished ones, which cost no call of their own", async () => {
    await using stack = await start();
    const lost = post(stack);
    for (let count = 0; count < 20; count += 1) {
      await upload(stack);
    }
    const before = stack.s3.requests.length;
    await sweep(stack);
    expect(missing(stack, [lost])).toBe(0);
    expect(callsTo(stack, "conversations.replies")).toEqual([]);
    expect(callsTo(stack, "conversations.history")).toHaveLength(2);
    const reads = stack.s3.requests
      .slice(before)
      .filter(({ method, key }) => method === "GET" && key.startsWith("state/messages/"));
    expect(reads).toEqual([]);
  });

  it("are found from the mark on, however old it is, slice by slice and oldest first", async () => {
    await using stack = await start();
    await sweep(stack);
    stack.clock.nowMs += HOUR_MS;
    const lost = [post(stack)];
    stack.clock.nowMs += 3 * DAY_MS;
    lost.push(post(stack));
    stack.clock.nowMs += 3 * DAY_MS;
    const before = callsTo(stack, "conversations.history").length;
    expect(await sweep(stack)).toMatchObject({ found: 2, isComplete: true });
    expect(missing(stack, lost)).toBe(0);
    const slices = callsTo(stack, "conversations.history")
      .slice(before)
      .map(({ args }) => [Number(args["oldest"]), Number(args["latest"] ?? Infinity)] as const);
    expect(slices.length).toBeGreaterThan(5);
    for (const [index, [oldest, latest]] of slices.entries()) {
      expect(latest - oldest === Infinity || latest - oldest <= 86_400).toBe(true);
      expect(oldest).toBe(slices[index - 1]?.[1] ?? oldest);
    }
  });

  it("are searched from where a sweep died, without repeating a finished slice", async () => {
    await using stack = await start();
    await sweep(stack);
    stack.clock.nowMs += 5 * DAY_MS;
    const lost = post(stack);
    const wire = cutWire(stack, after(9));
    await sweep(stack, stack.createInstance());
    wire.mend();
    const searched = callsTo(stack, "conversations.history").length;
    const oldestOf = (index: number) =>
      Number(callsTo(stack, "conversations.history").at(index)?.args["oldest"]);
    const diedAt = oldestOf(searched - 1);
    await sweep(stack);
    expect(oldestOf(searched)).toBeGreaterThanOrEqual(diedAt);
    expect(oldestOf(searched)).toBeGreaterThan(oldestOf(1));
    expect(missing(stack, [lost])).toBe(0);
  });

  it("are not found after seven days, and report and log say since when", async () => {
    await using stack = await start();
    await sweep(stack);
    const since = stack.clock.nowMs;
    stack.clock.nowMs += HOUR_MS;
    const lost = post(stack);
    stack.clock.nowMs += 8 * DAY_MS;
    const found = post(stack);
    takeLogs();
    const report = await sweep(stack);
    expect(report).toMatchObject({ found: 1, unsearchedSince: expect.any(String) });
    const { unsearchedSince } = JSON.parse(JSON.stringify(report));
    expect(Math.abs(Date.parse(unsearchedSince) - since)).toBeLessThan(HOUR_MS);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "reconcile.gap", channel: CHANNEL, since: unsearchedSince }),
    );
    expect([missing(stack, [lost]), missing(stack, [found])]).toEqual([1, 0]);
    expect(await sweep(stack)).not.toHaveProperty("unsearchedSince");
  });

  it("are searched for in a thread only if somebody other than the app replied", async () => {
    await using stack = await start();
    const [quiet, busy] = [await upload(stack), await upload(stack)];
    const lost = post(stack, { threadTs: busy.ts });
    await sweep(stack);
    expect(callsTo(stack, "conversations.replies").map(({ args }) => args["ts"])).toEqual([
      busy.ts,
    ]);
    expect(missing(stack, [quiet])).toBe(0);
    expect(repliesTo(stack, lost)).toHaveLength(2);
  });

  it("are read no faster than Slack allows", async () => {
    await using stack = await start();
    for (let count = 0; count < 60; count += 1) {
      const root = post(stack, { files: [], text: "pictures here" });
      post(stack, { files: [], text: "thanks", threadTs: root.ts });
    }
    const lost = post(stack);
    const startMs = stack.clock.nowMs;
    await sweep(stack);
    await sweep(stack);
    const calls = callsTo(stack, "conversations.replies").map(({ atMs }) => atMs);
    for (const [index, atMs] of calls.entries()) {
      const fiftyLater = calls[index + 50];
      expect(fiftyLater === undefined || fiftyLater - atMs >= 60_000).toBe(true);
    }
    expect(stack.clock.nowMs - startMs).toBeGreaterThan(0);
    expect(missing(stack, [lost])).toBe(0);
  });

  it("are found in every channel that has a record, without reading each record", async () => {
    await using stack = await start({ CHANNEL_IDS: "" });
    const names = ["one", "two", "three"];
    for (const name of names) {
      stack.slack.addChannel({ name });
      await upload(stack, { channel: name });
    }
    const lost = names.map((channel) => post(stack, { channel }));
    expect(await sweep(stack)).toMatchObject({ channels: 3, found: 3 });
    expect(missing(stack, lost)).toBe(0);
  });

  it("are not searched for in channels that the app has left, without an error", async () => {
    await using stack = await start({ CHANNEL_IDS: "" });
    await upload(stack);
    stack.slack.state.channels.get(CHANNEL)?.members.delete(stack.slack.botUserId);
    stack.clock.nowMs += 9 * DAY_MS;
    takeLogs();
    expect(await sweep(stack)).toMatchObject({ found: 0, isComplete: true });
    stack.clock.nowMs += 9 * DAY_MS;
    expect(await sweep(stack)).toMatchObject({ found: 0, isComplete: true });
    expect(takeLogs().map(({ event }) => event)).not.toContain("reconcile.failed");
  });

  it("are finished if their claim died before its marker was written, although they have a record", async () => {
    await using stack = await start();
    const lost = post(stack, { files: [{ name: "a.png", bytes: PNG }] });
    stack.s3.fault({ on: "PUT", key: /^state\/open\//u, kind: "forbidden", times: 1 });
    const { status } = await stack.send(stack.slack.envelopeOf(lost.channel, lost.ts));
    await stack.drain();
    expect(status).toBe(503);
    await expect.poll(() => stack.s3.objects("state/messages/")).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
    stack.clock.nowMs += HOUR_MS;
    await sweep(stack);
    expect(missing(stack, [lost])).toBe(0);
  });
});

describe("open work from version 1", () => {
  it("gets a marker in the first sweep, and is finished as version 2", async () => {
    await using stack = await start();
    const posted = post(stack);
    const ref = `messages/T0LOCAL001/${CHANNEL}/${posted.ts}`;
    const record = {
      version: 1,
      state: "uploading",
      leaseUntil: new Date(stack.clock.nowMs + 310_000).toISOString(),
      leaseId: "old",
      teamId: "T0LOCAL001",
      source: { type: "message", channelId: CHANNEL, ts: posted.ts, threadTs: posted.ts },
      uploader: "U0LOCAL001",
      requestedBy: ["U0LOCAL002"],
      replyTs: [],
      images: [
        {
          fileId: posted.fileIds[0],
          name: "alpha.png",
          uuid: "0d5a4a0e-6f53-4b3e-9d6c-1c1f0a3a9a10",
          alt: "A square",
          state: "pending",
        },
      ],
    };
    const state = {
      version: 1,
      sweptUntilMs: { [CHANNEL]: stack.clock.nowMs + 1000 },
      checkedUntilMs: stack.clock.nowMs + HOUR_MS,
      open: [`state/${ref}.json`],
    };
    await store(stack, `state/${ref}.json`, record);
    await store(stack, "state/reconcile.json", state);
    stack.clock.nowMs += HOUR_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
    expect(stack.s3.objects("images/")[0]?.key).toBe(`images/${record.images[0]?.uuid}.png`);
    const [stored] = stack.s3.objects(`state/${ref}.json`);
    expect(JSON.parse(String(stored?.body))).toMatchObject({
      version: 2,
      images: [{ state: "uploaded", requestedBy: ["U0LOCAL002"] }],
    });
    expect(JSON.parse(String(stack.s3.objects("state/reconcile.json")[0]?.body)).version).toBe(2);
    expect(markersIn(stack)).toEqual([]);
  });
});

async function store(stack: TestStack, key: string, value: unknown): Promise<void> {
  await bucketOf(stack).put(key, Buffer.from(JSON.stringify(value)), {
    contentType: "application/json",
  });
}
