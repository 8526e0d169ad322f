import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { after, cutWire } from "../faults/cut.ts";
import { LEASE_AND_MORE_MS } from "../faults/upload.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  bucketOf,
  buttonsIn,
  callsTo,
  markersIn,
  openEdit,
  openShortcut,
  post,
  type Posted,
  press,
  recordIn,
  repliesTo,
  submit,
  sweep,
  tagsShown,
  textsIn,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const DAY_MS = 86_400_000;
const ALWAYS = Number.POSITIVE_INFINITY;

function start(): Promise<TestStack> {
  return startTestStack({ CRON_SECRET: "cron-secret", CHANNEL_IDS: "C0LOCAL001" });
}

/** Delivers a message; the process dies at once. */
async function deliverAndDie(stack: TestStack, posted: Posted, requests = 3): Promise<void> {
  const wire = cutWire(stack, after(requests));
  const envelope = stack.slack.envelopeOf(posted.channel, posted.ts);
  await stack.send(envelope, { app: stack.createInstance() });
  await stack.drain();
  wire.mend();
}

/** Sweeps when no lease is alive; the process dies after this many requests. */
async function sweepAndDie(stack: TestStack, requests: number): Promise<readonly string[]> {
  stack.clock.nowMs += LEASE_AND_MORE_MS;
  const wire = cutWire(stack, after(requests));
  await sweep(stack, stack.createInstance());
  wire.mend();
  return wire.sent;
}

describe("open work", () => {
  it("is finished, however old it is: an edit, two days later, that Slack did not show", async () => {
    await using stack = await start();
    const posted = await upload(stack);
    stack.clock.nowMs += 2 * DAY_MS;
    await openEdit(stack, posted);
    stack.slack.fault({ on: "chat.update", kind: "error_500", times: 3 });
    await submit(stack, { alt: "A grey square" });
    expect(tagsShown(stack, posted)[0]).toContain('alt=""');
    stack.clock.nowMs += 30 * DAY_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A grey square"');
    expect(markersIn(stack)).toEqual([]);
  });

  it("waits for Slack as long as it takes, because an outage is no attempt", async () => {
    await using stack = await start();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    let isDown = true;
    stack.slack.fault({ on: "chat.update", kind: "error_500", times: ALWAYS, when: () => isDown });
    await submit(stack, { alt: "A grey square" });
    for (let sweeps = 0; sweeps < 8; sweeps += 1) {
      expect(await sweep(stack)).toMatchObject({ finished: 0, open: 1 });
    }
    isDown = false;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A grey square"');
  });

  it.each(["invalid_auth", "token_revoked", "account_inactive", "not_authed"])(
    "waits for another token, because %s is no verdict on an image",
    async (error) => {
      await using stack = await start();
      const posted = post(stack);
      let isDead = true;
      const fault = { times: ALWAYS, when: () => isDead };
      for (const on of ["chat.postMessage", "chat.update", "files.info", "auth.test"]) {
        stack.slack.fault({ ...fault, on, kind: "platform_error", error });
      }
      stack.slack.fault({ ...fault, on: "download", kind: "login_page" });
      await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
      await stack.drain();
      for (let sweeps = 0; sweeps < 7; sweeps += 1) {
        stack.clock.nowMs += LEASE_AND_MORE_MS;
        await sweep(stack);
      }
      expect(recordIn(stack).images[0]?.state).toBe("pending");
      isDead = false;
      stack.clock.nowMs += LEASE_AND_MORE_MS;
      expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
      expect(tagsShown(stack, posted)).toHaveLength(1);
      expect(markersIn(stack)).toEqual([]);
    },
  );

  it("is given up after five takeovers that killed the process, with a sentence and a button", async () => {
    await using stack = await start();
    const posted = post(stack);
    await deliverAndDie(stack, posted);
    const clean = await sweepAndDie(stack, 0);
    expect(clean.length).toBeGreaterThan(0);
    for (let deaths = 0; deaths < 5; deaths += 1) {
      // The requests for marks, list, marker, record, takeover and count; then the work begins.
      const sent = await sweepAndDie(stack, 6);
      expect(sent.slice(0, 6)).toEqual([
        "GET state",
        "LIST ",
        "GET state",
        "GET state",
        "PUT state",
        "PUT state",
      ]);
    }
    expect(recordIn(stack).images[0]?.state).toBe("pending");
    takeLogs();
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(takeLogs().map(({ event }) => event)).toContain("upload.given_up");
    expect(recordIn(stack).images[0]).toMatchObject({ state: "failed", code: "not_processed" });
    const facts = { size: undefined, limit: "", maxMegapixels: 0 };
    expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.failures.not_processed(facts)}`);
    expect(buttonsIn(repliesTo(stack, posted)).map(({ action_id }) => action_id)).toEqual([
      "retry_upload",
    ]);
    expect(markersIn(stack)).toEqual([]);
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toHaveLength(1);
  });

  it("is finished despite work that kills the process, because the least attempted comes first", async () => {
    await using stack = await start();
    const poison = post(stack);
    await deliverAndDie(stack, poison);
    await sweepAndDie(stack, 6);
    const others = [post(stack), post(stack), post(stack)];
    for (const other of others) {
      await deliverAndDie(stack, other);
    }
    // From now on, a process that downloads the poison dies.
    const path = poison.fileIds[0] ?? "";
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    let isDead = false;
    const dies = (request: { path: string }) => (isDead ||= request.path.includes(path));
    stack.slack.fault({ on: "files.info", kind: "reset", times: ALWAYS, when: () => isDead });
    stack.slack.fault({ on: "download", kind: "reset", times: ALWAYS, when: dies });
    await sweep(stack, stack.createInstance());
    for (const other of others) {
      expect(tagsShown(stack, other)).toHaveLength(1);
    }
  });

  it("costs no call for finished uploads, however many they are", async () => {
    await using stack = await start();
    for (let count = 0; count < 12; count += 1) {
      await upload(stack);
    }
    await sweep(stack);
    const before = [stack.s3.requests.length, stack.slack.requests.length] as const;
    await sweep(stack);
    const s3 = stack.s3.requests.slice(before[0]).map(({ method, key }) => `${method} ${key}`);
    expect(s3.filter((request) => request.includes("messages/"))).toEqual([]);
    expect(s3.length).toBeLessThanOrEqual(5);
    expect(stack.slack.requests.slice(before[1]).map(({ method }) => method)).toEqual([
      "auth.test",
      "conversations.history",
    ]);
  });
});

describe("a marker", () => {
  it("without a record is removed once it is older than a lease", async () => {
    await using stack = await start();
    const posted = post(stack, { files: [] });
    const marker = {
      version: 1,
      intent: "upload",
      promisedAt: new Date(stack.clock.nowMs).toISOString(),
      attempts: 0,
    };
    const key = `state/open/messages/T0LOCAL001/C0LOCAL001/${posted.ts}/m1`;
    await bucketOf(stack).put(key, Buffer.from(JSON.stringify(marker)), {
      contentType: "application/json",
    });
    stack.clock.nowMs += 300_000;
    expect(await sweep(stack)).toMatchObject({ finished: 0, open: 1 });
    stack.clock.nowMs += 60_000;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(markersIn(stack)).toEqual([]);
  });

  it.each([
    ["corrupt", "{"],
    ["newer", '{"version":3,"images":[]}'],
  ])("of a record that is %s stays, and the sweep continues", async (_, body) => {
    await using stack = await start();
    const posted = post(stack);
    await deliverAndDie(stack, posted);
    const { key } = recordIn(stack);
    await bucketOf(stack).put(key, Buffer.from(body), { contentType: "application/json" });
    const other = post(stack);
    await deliverAndDie(stack, other);
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    takeLogs();
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 1 });
    expect(takeLogs().filter(({ event }) => event === "record.unreadable")).toHaveLength(1);
    expect(tagsShown(stack, other)).toHaveLength(1);
    expect(stack.s3.objects(key)[0]?.body.toString()).toBe(body);
    expect(markersIn(stack)).toHaveLength(1);
  });

  it("that is missing is written by the next caller that meets the open work", async () => {
    await using stack = await start();
    const posted = post(stack);
    await deliverAndDie(stack, posted);
    const bucket = bucketOf(stack);
    const remove = async () => {
      for (const key of markersIn(stack)) {
        await bucket.delete(key);
      }
    };
    await remove();
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    expect(markersIn(stack)).toHaveLength(1);
    await remove();
    await openShortcut(stack, posted);
    await submit(stack, { alt: "A square" });
    expect(markersIn(stack)).toHaveLength(1);
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
  });

  it("of a repeated delivery is removed if the first one is in progress or done", async () => {
    await using stack = await start();
    const posted = post(stack);
    let isHeld = true;
    stack.slack.fault({ on: "download", kind: "stall", times: 1, when: () => isHeld });
    const envelope = stack.slack.envelopeOf(posted.channel, posted.ts);
    await stack.send(envelope);
    await expect.poll(() => callsTo(stack, "download")).toHaveLength(1);
    const [first] = markersIn(stack);
    await stack.send(envelope, { app: stack.createInstance() });
    await expect.poll(() => markersIn(stack)).toEqual([first]);
    isHeld = false;
    stack.clock.expire();
    await stack.drain();
    expect(markersIn(stack)).toEqual([]);
  });
});
