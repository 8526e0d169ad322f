import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import { afterNth, cutWire } from "../faults/cut.ts";
import { LEASE_AND_MORE_MS } from "../faults/upload.ts";
import type { CloudFrontFault } from "../helpers/cloudfront.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  callsTo,
  markersIn,
  type Posted,
  press,
  pressAtOnce,
  recordIn,
  repliesTo,
  sweep,
  textsIn,
  upload,
  TWO,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const CDN_LIMIT_MS = 6000;

function start(changed: Record<string, string> = {}): Promise<TestStack> {
  const variables = { CRON_SECRET: "cron-secret", CHANNEL_IDS: "C0LOCAL001", ...changed };
  return startTestStack(variables, { hasCdn: true });
}

const uuidIn = (stack: TestStack) => recordIn(stack).images[0]?.uuid ?? "";
const statesIn = (stack: TestStack) => recordIn(stack).images.map(({ state }) => state);
const eventsOf = (events: readonly { event: string }[], name: string) =>
  events.filter(({ event }) => event === name);

async function deleteOne(stack: TestStack): Promise<Posted> {
  const posted = await upload(stack, { files: TWO });
  takeLogs();
  await press(stack, posted, { action: "delete_image", fileId: posted.fileIds[0] });
  return posted;
}

/** Expects the deletion to be done with one invalidation, which came after the objects were gone. */
function expectForgotten(stack: TestStack, posted: Posted): void {
  expect(statesIn(stack)).toEqual(["deleted", "uploaded"]);
  expect(markersIn(stack)).toEqual([]);
  expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deleted}`);
  const uuid = uuidIn(stack);
  const paths = [`/images/${uuid}*`, `/${stack.s3.bucket}/images/${uuid}*`];
  expect([...(stack.cdn?.invalidations ?? [])]).toEqual([[uuid, { id: "I1", paths }]]);
  expect(stack.cdn?.requests.flatMap(({ objectsLeft }) => objectsLeft)).toEqual([]);
}

/** Expects the objects to be gone and the deletion to stay open. */
function expectOpen(stack: TestStack, posted: Posted): void {
  expect(statesIn(stack)).toEqual(["deleting", "uploaded"]);
  expect(stack.s3.objects("images/")).toHaveLength(1);
  expect(markersIn(stack)).toHaveLength(1);
  expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deleting}`);
}

const PASSING: readonly [what: string, fault: CloudFrontFault][] = [
  ["503", { kind: "refusal", status: 503, code: "ServiceUnavailable" }],
  ["500", { kind: "refusal", status: 500, code: "InternalFailure" }],
  ["429", { kind: "refusal", status: 429, code: "TooManyRequests" }],
  ["throttling", { kind: "refusal", status: 400, code: "Throttling" }],
  [
    "too many invalidations",
    { kind: "refusal", status: 400, code: "TooManyInvalidationsInProgress" },
  ],
  ["no connection", { kind: "reset" }],
  ["a lost answer", { kind: "executed_then_reset" }],
];

describe("a deletion with CLOUDFRONT_DISTRIBUTION_ID", () => {
  it("invalidates the image and its variants once their objects are gone, signed, and says so in the log", async () => {
    await using stack = await start({ TAG_FORMATS: "html,picture", VARIANT_WIDTHS: "16,32" });
    const posted = await deleteOne(stack);
    expectForgotten(stack, posted);
    expect(stack.cdn?.requests).toMatchObject([{ status: 201 }]);
    const logs = takeLogs();
    expect(eventsOf(logs, "cdn.invalidated")).toMatchObject([
      { file: posted.fileIds[0], invalidation: "I1", paths: stack.cdn?.requests[0]?.paths },
    ]);
    expect(logs.findIndex(({ event }) => event === "cdn.invalidated")).toBeLessThan(
      logs.findIndex(({ event }) => event === "upload.deleted"),
    );
  });

  it.each(PASSING)("tries again after %s", async (_, fault) => {
    await using stack = await start();
    stack.cdn?.fault({ ...fault, times: 2 });
    const posted = await deleteOne(stack);
    expectForgotten(stack, posted);
    expect(stack.cdn?.requests).toHaveLength(3);
  });

  it.each(PASSING)("stays open during an outage (%s), however long it is", async (_, fault) => {
    await using stack = await start();
    stack.cdn?.fault(fault);
    const posted = await deleteOne(stack);
    expectOpen(stack, posted);
    expect(eventsOf(takeLogs(), "work.failed")).toMatchObject([
      { error: expect.stringContaining("Cannot invalidate") },
    ]);
    for (let sweeps = 0; sweeps < 7; sweeps += 1) {
      stack.clock.nowMs += LEASE_AND_MORE_MS;
      expect(await sweep(stack)).toMatchObject({ finished: 0, open: 1 });
    }
    expectOpen(stack, posted);
    expect(takeLogs().map(({ event }) => event)).not.toContain("cdn.failed");
    stack.cdn?.clearFaults();
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expectForgotten(stack, posted);
  });

  it("waits for each answer no longer than its limit", async () => {
    await using stack = await start();
    stack.cdn?.fault({ kind: "stall" });
    const posted = await upload(stack, { files: TWO });
    await pressAtOnce(stack, posted, { action: "delete_image", fileId: posted.fileIds[0] });
    for (let attempts = 1; attempts <= 3; attempts += 1) {
      await expect.poll(() => stack.cdn?.requests).toHaveLength(attempts);
      stack.clock.expire(CDN_LIMIT_MS);
    }
    await stack.drain();
    expectOpen(stack, posted);
    stack.cdn?.clearFaults();
    await sweep(stack);
    expectForgotten(stack, posted);
  });

  it("tries again if the clock is off, because the SDK has learnt the time", async () => {
    await using stack = await start();
    const skewed = { kind: "refusal", status: 403, code: "SignatureDoesNotMatch" } as const;
    stack.cdn?.fault({ ...skewed, times: 1 });
    expectForgotten(stack, await deleteOne(stack));
    expect(stack.cdn?.requests).toHaveLength(2);
  });

  it.each([
    [403, "AccessDenied", "allow cloudfront:CreateInvalidation"],
    [404, "NoSuchDistribution", "set CLOUDFRONT_DISTRIBUTION_ID"],
    [403, "InvalidClientTokenId", "of the AWS account that owns the distribution"],
    [400, "InvalidArgument", "API reference"],
  ])("is over after a refusal that nobody mends (%i %s)", async (status, code, advice) => {
    await using stack = await start();
    stack.cdn?.fault({ kind: "refusal", status, code });
    const posted = await deleteOne(stack);
    expect(statesIn(stack)).toEqual(["deleted", "uploaded"]);
    expect(markersIn(stack)).toEqual([]);
    expect(stack.cdn?.requests).toHaveLength(1);
    expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deletedButCached}`);
    const { paths } = stack.cdn?.requests[0] ?? {};
    const logs = takeLogs();
    expect(eventsOf(logs, "cdn.failed")).toMatchObject([
      { level: "error", file: posted.fileIds[0], paths, status, code },
    ]);
    expect(eventsOf(logs, "cdn.failed")[0]).toHaveProperty(
      "advice",
      expect.stringContaining(advice),
    );
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 0, open: 0 });
    expect(stack.cdn?.requests).toHaveLength(1);
  });

  it("asks for the distribution that the variable names, and tells people in their language", async () => {
    await using stack = await start({ CLOUDFRONT_DISTRIBUTION_ID: "EOTHER", LOCALE: "ko" });
    const posted = await deleteOne(stack);
    expect(stack.cdn?.requests).toMatchObject([{ status: 404, code: "NoSuchDistribution" }]);
    expect(textsIn(repliesTo(stack, posted))).toContain(` — ${ko.deletedButCached}`);
  });

  it("is finished by a sweep if the process dies between objects and invalidation", async () => {
    await using stack = await start();
    const posted = await upload(stack, { files: TWO });
    const wire = cutWire(stack, afterNth("DELETE images"));
    await press(stack, posted, { action: "delete_image", fileId: posted.fileIds[0] });
    expect(wire.sent.slice(wire.sent.indexOf("DELETE images"))).toContain("invalidation");
    wire.mend();
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(statesIn(stack)).toEqual(["deleting", "uploaded"]);
    expect(stack.cdn?.invalidations.size).toBe(0);
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    await sweep(stack, stack.createInstance());
    expectForgotten(stack, posted);
  });

  it("costs one invalidation if two sweeps finish it at once", async () => {
    await using stack = await start();
    stack.cdn?.fault({ kind: "reset", times: 3 });
    const posted = await deleteOne(stack);
    expectOpen(stack, posted);
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    const sweeps = [stack.createInstance(), stack.createInstance()].map((app) => sweep(stack, app));
    expect(await Promise.all(sweeps)).toHaveLength(2);
    expectForgotten(stack, posted);
  });

  it("invalidates after the worker that holds the record, which might still put an object", async () => {
    await using stack = await start();
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.jpg$/u, times: 1 });
    const posted = await upload(stack, { files: TWO });
    stack.slack.fault({ on: "download", kind: "stall", times: 1 });
    const downloads = callsTo(stack, "download").length;
    await pressAtOnce(stack, posted, { action: "retry_upload" });
    await expect.poll(() => callsTo(stack, "download")).toHaveLength(downloads + 1);
    stack.serveFrom(stack.createInstance());
    await pressAtOnce(stack, posted, { action: "delete_image", fileId: posted.fileIds[0] });
    await expect.poll(() => stack.s3.objects("images/")).toEqual([]);
    expect(stack.cdn?.requests).toEqual([]);
    stack.clock.expire(30_000);
    await stack.drain();
    expectForgotten(stack, posted);
    expect(stack.cdn?.requests).toHaveLength(1);
  });
});

it("a deletion without the variable calls nobody else", async () => {
  await using stack = await start({ CLOUDFRONT_DISTRIBUTION_ID: "" });
  const posted = await deleteOne(stack);
  expect(statesIn(stack)).toEqual(["deleted", "uploaded"]);
  expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deleted}`);
  expect(stack.cdn?.requests).toEqual([]);
  const events = takeLogs().map(({ event }) => event);
  expect(events.filter((event) => event.startsWith("cdn."))).toEqual([]);
});
