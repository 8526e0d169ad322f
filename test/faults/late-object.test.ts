import { describe, expect, it } from "vitest";
import { createApp, type App } from "../../lib/app.ts";
import {
  bucketOf,
  markersIn,
  PNG,
  post,
  type Posted,
  pressAtOnce,
  recordIn,
  repliesTo,
  sweep,
} from "../helpers/person.ts";
import { takeLogs } from "../helpers/logs.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";
import { cutWire } from "./cut.ts";

/**
 * A fast clock takes a worker for dead, another worker finishes its upload, and a person deletes the image. The first
 * worker's put then finds no object, and succeeds.
 */

const FAST_MS = 600_000;
/** With a larger skew, every request from Slack would be refused. */
const SLACK_ALLOWS_MS = 300_000;
const SWEEP_EVERY_MS = 311_000;

const start = () =>
  startTestStack({ CRON_SECRET: "cron-secret", CHANNEL_IDS: "C0LOCAL001" }, { hasCdn: true });

function createFastInstance({ env, clock }: TestStack, fastMs = FAST_MS): App {
  return createApp(env, {
    clock: { now: () => clock.now() + fastMs, sleep: (...args) => clock.sleep(...args) },
  });
}

/** The second worker uploads the image, and the poster deletes it. */
async function overtakeAndDelete(stack: TestStack, posted: Posted, deletesAt = stack.app) {
  await sweep(stack, createFastInstance(stack));
  const [image] = stack.s3.objects("images/");
  expect(image).toBeDefined();
  stack.serveFrom(deletesAt);
  await pressAtOnce(stack, posted, { action: "delete_image" });
  await expect.poll(() => recordIn(stack).images[0]?.state).toBe("deleted");
  expect(stack.s3.objects("images/")).toEqual([]);
  return image?.key ?? "";
}

/** The first worker has done everything but the put, and dies; the image is deleted meanwhile. */
async function dieAndDelete(stack: TestStack, deletesAt = stack.app) {
  const posted = post(stack);
  const wire = cutWire(stack, {
    isCutAfter: (sent) => sent.includes("download") && sent.includes("chat.postMessage"),
  });
  await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
  await stack.drain();
  wire.mend();
  const key = await overtakeAndDelete(stack, posted, deletesAt);
  await stack.drain();
  return { posted, key };
}

async function sweepThrice(stack: TestStack): Promise<unknown[]> {
  const opened: unknown[] = [];
  for (let sweeps = 0; sweeps < 3; sweeps += 1) {
    stack.clock.nowMs += SWEEP_EVERY_MS;
    opened.push(await sweep(stack, stack.createInstance()));
  }
  return opened;
}

async function putLate(stack: TestStack, key: string): Promise<void> {
  const put = await bucketOf(stack).put(key, PNG, { contentType: "image/png", ifNoneMatch: "*" });
  expect(put.outcome).toBe("stored");
}

describe("a late object of a deleted image", () => {
  it.each(["right", "fast"])(
    "does not stay if its worker dies with the put; the deletion's clock is %s",
    async (clock) => {
      await using stack = await start();
      const deletesAt = clock === "right" ? stack.app : createFastInstance(stack, SLACK_ALLOWS_MS);
      const { posted, key } = await dieAndDelete(stack, deletesAt);

      // Sweeps before the put find nothing, and keep the deletion open.
      await sweep(stack);
      await sweep(stack, createFastInstance(stack));
      expect(markersIn(stack)).toHaveLength(1);
      await putLate(stack, key);

      const opened = await sweepThrice(stack);
      expect(stack.s3.objects("images/")).toEqual([]);
      expect(markersIn(stack)).toEqual([]);
      expect(opened).toMatchObject([{ open: 1 }, { open: 1 }, { open: 0, finished: 1 }]);
      expect(repliesTo(stack, posted)).toHaveLength(1);
      const events = takeLogs().map(({ event }) => event);
      expect(events).toContain("object.late");
      expect(events).not.toContain("upload.given_up");
    },
  );

  it("leaves nothing at the CDN: it gets an invalidation of its own, and the end of the watch another", async () => {
    await using stack = await start();
    const { key } = await dieAndDelete(stack);
    const uuid = recordIn(stack).images[0]?.uuid;
    expect([...(stack.cdn?.invalidations.keys() ?? [])]).toEqual([uuid]);
    await putLate(stack, key);
    await sweepThrice(stack);
    const late = expect.stringMatching(new RegExp(`^${uuid}-\\d+$`, "u"));
    expect([...(stack.cdn?.invalidations.keys() ?? [])]).toEqual([uuid, late, late]);
    expect(stack.cdn?.requests).toHaveLength(3);
    expect(stack.cdn?.requests.flatMap(({ objectsLeft }) => objectsLeft)).toEqual([]);
  });

  it.each(["the process", "CloudFront"])(
    "leaves nothing at the CDN if %s dies once it is deleted",
    async (who) => {
      await using stack = await start();
      const { key } = await dieAndDelete(stack);
      await putLate(stack, key);
      stack.clock.nowMs += SWEEP_EVERY_MS;
      const wire = cutWire(stack, {
        isCutAfter: (sent) => who === "the process" && sent.includes("DELETE images"),
      });
      stack.cdn?.fault({ kind: "reset", times: 3, when: () => who === "CloudFront" });
      await sweep(stack, stack.createInstance());
      wire.mend();
      expect(stack.s3.objects("images/")).toEqual([]);
      expect(stack.cdn?.invalidations.size).toBe(1);
      expect(markersIn(stack)).toHaveLength(1);
      await sweepThrice(stack);
      expect(stack.cdn?.invalidations.size).toBe(2);
      expect(markersIn(stack)).toEqual([]);
    },
  );

  it("is deleted by its own worker if that is still alive", async () => {
    await using stack = await start();
    const posted = post(stack);
    let isStalled = false;
    const when = () => (isStalled = true);
    stack.s3.fault({ on: "PUT", key: /^images\//u, kind: "stall", times: 1, when });
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await expect.poll(() => isStalled).toBe(true);
    const key = await overtakeAndDelete(stack, posted);
    // S3 carries out the put now, and the worker sends it again.
    await putLate(stack, key);
    stack.clock.expire(30_000);
    await stack.drain();
    expect(stack.s3.objects("images/")).toEqual([]);
    expect(repliesTo(stack, posted)).toHaveLength(1);
    const forgotten = stack.cdn?.invalidations.size ?? 0;
    await sweepThrice(stack);
    expect(stack.cdn?.invalidations.size).toBe(forgotten + 1);
  });
});
