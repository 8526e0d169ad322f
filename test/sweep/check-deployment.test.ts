import { describe, expect, it } from "vitest";
import type { App } from "../../lib/app.ts";
import { takeLogs } from "../helpers/logs.ts";
import { post, sweep, upload } from "../helpers/person.ts";
import { startTestStack, type StackOptions, type TestStack } from "../helpers/stack.ts";

const DAY_MS = 24 * 3_600_000;

function start(changed = {}, surroundings: StackOptions = {}): Promise<TestStack> {
  const env = { CRON_SECRET: "cron-secret", CHANNEL_IDS: "C0LOCAL001", ...changed };
  return startTestStack(env, surroundings);
}

async function healthOf(app: App): Promise<[number, unknown]> {
  const response = app.health();
  return [response.status, await response.json()];
}

const WELL = [200, { ok: true }];

function eventsOf(level: string): string[] {
  return takeLogs()
    .filter((line) => line.level === level)
    .map(({ event }) => event);
}

function probesIn({ s3 }: TestStack): string[] {
  return s3.requests.filter(({ key }) => key.includes("probe/")).map(({ method }) => method);
}

describe("a sweep", () => {
  it("checks a good store once a day, and leaves nothing behind", async () => {
    await using stack = await start();
    await upload(stack);
    expect(probesIn(stack)).toEqual([]);
    await sweep(stack);
    expect(await healthOf(stack.app)).toEqual(WELL);
    expect(eventsOf("error")).toEqual([]);
    expect(stack.s3.objects("state/probe/")).toEqual([]);
    const probes = probesIn(stack).length;
    expect(probes).toBeGreaterThan(0);

    await sweep(stack);
    expect(probesIn(stack)).toHaveLength(probes);
    stack.clock.nowMs += DAY_MS;
    await sweep(stack);
    expect(probesIn(stack)).toHaveLength(2 * probes);
  });

  it("logs an error while a store ignores conditions, with every sweep until it honours them", async () => {
    await using stack = await start({}, { s3: { ignoresConditions: true } });
    expect(await healthOf(stack.app)).toEqual(WELL);
    for (const _sweep of [1, 2]) {
      await sweep(stack);
      expect(eventsOf("error")).toEqual(["store.unsafe"]);
      expect(await healthOf(stack.app)).toEqual([
        503,
        { ok: false, variables: [], problems: ["store_unsafe"] },
      ]);
    }
    expect(stack.s3.objects("state/probe/")).toEqual([]);
    expect(await healthOf(stack.createInstance())).toEqual(WELL);
  });

  it("logs an error if a store ignores If-Match only", async () => {
    await using stack = await start({}, { s3: { ignoresConditions: ["if-match"] } });
    await sweep(stack);
    expect(eventsOf("error")).toEqual(["store.unsafe"]);
  });

  it("logs an error while readers can reach the records", async () => {
    const isOpen = { publicPrefixes: ["images/", "state/"] };
    await using stack = await start({}, { s3: isOpen });
    for (const _sweep of [1, 2]) {
      await sweep(stack);
      expect(eventsOf("error")).toEqual(["state.public"]);
      expect(await healthOf(stack.app)).toEqual([
        503,
        { ok: false, variables: [], problems: ["state_public"] },
      ]);
    }
    expect(stack.s3.objects("state/probe/")).toEqual([]);

    // The operator closes the public access.
    isOpen.publicPrefixes.pop();
    await sweep(stack);
    expect(eventsOf("error")).toEqual([]);
    expect(await healthOf(stack.app)).toEqual(WELL);
  });

  it("checks once a day whether records are public, whichever instance sweeps", async () => {
    await using stack = await start();
    const reads = () =>
      stack.s3.requests.filter(({ key, headers }) => {
        return key.includes("probe/") && headers["authorization"] === undefined;
      }).length;
    await sweep(stack);
    await sweep(stack, stack.createInstance());
    expect(reads()).toBe(1);
    stack.clock.nowMs += DAY_MS;
    await sweep(stack, stack.createInstance());
    expect(reads()).toBe(2);
  });

  it("does its work even if the check can't be made, which is no verdict", async () => {
    await using stack = await start({ PUBLIC_BASE_URL: "http://127.0.0.1:9" });
    stack.s3.fault({ on: "PUT", key: /probe/u, kind: "forbidden", times: 1 });
    post(stack);
    for (const found of [1, 0]) {
      expect(await sweep(stack)).toMatchObject({ found, isComplete: true });
      expect(eventsOf("warn")).toEqual(["probe.failed"]);
      expect(await healthOf(stack.app)).toEqual(WELL);
    }
  });

  it("removes the probe of a sweep that died", async () => {
    let nowMs = Date.now();
    await using stack = await start({}, { s3Now: () => nowMs });
    stack.s3.fault({ on: "DELETE", key: /probe/u, kind: "forbidden", times: 1 });
    await sweep(stack);
    expect(stack.s3.objects("state/probe/")).toHaveLength(1);
    nowMs += DAY_MS;
    stack.clock.nowMs += DAY_MS;
    await sweep(stack);
    expect(stack.s3.objects("state/probe/")).toEqual([]);
  });
});
