import { describe, expect, it } from "vitest";
import { takeLogs } from "../helpers/logs.ts";
import { openShortcut, post, type Posted, pressAtOnce, submitAtOnce } from "../helpers/person.ts";
import type { TestStack } from "../helpers/stack.ts";
import { after, cutWire } from "./cut.ts";
import {
  CHANNEL,
  expectDone,
  IMAGES,
  LEASE_AND_MORE_MS,
  startUploadStack,
  sweep,
} from "./upload.ts";

describe("one object per image and one reply", () => {
  it("result from twenty concurrent deliveries of one message to as many instances", async () => {
    await using stack = await startUploadStack();
    const posted = post(stack, { files: IMAGES });
    const deliveries = Array.from({ length: 20 }, () => deliver(stack, posted));
    expect(new Set(await Promise.all(deliveries))).toEqual(new Set([200]));
    await stack.drain();
    expectDone(stack, posted);
    expect(stack.outgoing().filter((sent) => sent === "download")).toHaveLength(IMAGES.length);
  });

  it("result from a delivery and a sweep at once, whichever is first", async () => {
    for (const isSweepFirst of [true, false]) {
      await using stack = await startUploadStack();
      const posted = post(stack, { files: IMAGES });
      const starts = [() => sweep(stack.createInstance()), () => deliver(stack, posted)];
      const started = (isSweepFirst ? starts : starts.toReversed()).map((start) => start());
      expect(new Set(await Promise.all(started))).toEqual(new Set([200]));
      await stack.drain();
      expectDone(stack, posted);
    }
  });

  it("result from a delivery, a shortcut and a sweep at once, and the tag holds what was written", async () => {
    await using stack = await startUploadStack();
    const posted = post(stack, { files: IMAGES });
    await openShortcut(stack, posted);
    stack.serveFrom(stack.createInstance());
    const [delivered, seen, swept] = await Promise.all([
      deliver(stack, posted),
      submitAtOnce(stack, { alt: "A square" }),
      sweep(stack.createInstance()),
    ]);
    expect([delivered, seen.ack?.status, swept]).toEqual([200, 200, 200]);
    await stack.drain();
    expectDone(stack, posted, DESCRIBED);
  });

  it("result from a delivery, a shortcut and a retry at once, and the tag holds what was written", async () => {
    await using stack = await startUploadStack();
    const posted = post(stack, { files: IMAGES });
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.gif$/u, times: 1 });
    await deliver(stack, posted);
    await stack.drain();
    await openShortcut(stack, posted);
    stack.serveFrom(stack.createInstance(), stack.createInstance());
    const [delivered, seen, pressed] = await Promise.all([
      deliver(stack, posted),
      submitAtOnce(stack, { alt: "A square" }),
      pressAtOnce(stack, posted, { action: "retry_upload" }),
    ]);
    expect([delivered, seen.ack?.status, pressed.ack?.status]).toEqual([200, 200, 200]);
    await stack.drain();
    expectDone(stack, posted, DESCRIBED);
  });

  it("result from two sweeps at once, for undelivered messages and an upload that died", async () => {
    await using stack = await startUploadStack();
    const died = post(stack, { files: IMAGES });
    const wire = cutWire(stack, { ...after(6), isNextCarriedOut: true });
    await deliver(stack, died);
    await stack.drain();
    wire.mend();
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweepTwice(stack)).toEqual([200, 200]);
    expectDone(stack, died);

    await using another = await startUploadStack();
    const lost = post(another, { files: IMAGES });
    expect(await sweepTwice(another)).toEqual([200, 200]);
    expectDone(another, lost);
  });

  it("remain when a worker that was taken for dead does fail", async () => {
    await using stack = await startUploadStack();
    const posted = post(stack, { files: IMAGES });
    let downloads: "held" | "answered" | "broken" = "held";
    const [on, times] = ["download", Number.POSITIVE_INFINITY];
    stack.slack.fault({ on, times, kind: "stall", when: () => downloads === "held" });
    stack.slack.fault({ on, times, kind: "reset", when: () => downloads === "broken" });
    await deliver(stack, posted);
    await expect
      .poll(() => stack.slack.requests.filter(({ method }) => method === on))
      .toHaveLength(3);
    downloads = "answered";
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack.createInstance())).toBe(200);
    expectDone(stack, posted);
    downloads = "broken";
    stack.clock.expire();
    await stack.drain();
    expect(takeLogs().map(({ event }) => event)).toContain("upload.failed");
    expectDone(stack, posted);
  });
});

const [first, ...others] = IMAGES;
const DESCRIBED = [{ ...first, alt: "A square" }, ...others];

/** Delivers the message to a new instance and returns the status of its answer. */
async function deliver(stack: TestStack, posted: Posted): Promise<number> {
  const envelope = stack.slack.envelopeOf(CHANNEL, posted.ts);
  return (await stack.send(envelope, { app: stack.createInstance() })).status;
}

function sweepTwice(stack: TestStack): Promise<number[]> {
  return Promise.all([sweep(stack.createInstance()), sweep(stack.createInstance())]);
}
