import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type App, createApp } from "../../lib/app.ts";
import messageShortcut from "../fixtures/payloads/message-shortcut.json" with { type: "json" };
import { CONFIGURED } from "../fixtures/variables.ts";
import { createTestClock } from "../helpers/clock.ts";
import { takeAnswers, takeLogs } from "../helpers/logs.ts";
import { PNG } from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

describe("request.answered", () => {
  it("is one line for a message without images, and one for a message with images", async () => {
    await using stack = await startTestStack();
    const files = [{ name: "a.png", bytes: PNG }];
    for (const posted of [{ text: "secret plans", files: [] }, { files }]) {
      const { envelope } = stack.slack.postMessage({ channel: "images", ...posted });
      await stack.send(envelope);
      // Slack may already deliver the app's own reply, too.
      const [first, ...others] = await answers();
      expect(first).toEqual(line({ path: "/api/slack/events", status: 200 }));
      expect(others.length).toBeLessThanOrEqual(posted.files.length);
    }
  });

  it("is one line for a sweep, with the time that it took", async () => {
    const clock = createTestClock(Date.now());
    const app = createApp({ ...CONFIGURED, CRON_SECRET: "s" }, { clock });
    const request = new Request("https://app.example.com/api/cron/reconcile?token=s");
    await app.reconcile(request);
    const answered = { method: "GET", path: "/api/cron/reconcile", status: 401 };
    expect(await answers()).toEqual([line(answered)]);
  });

  it.each([
    ["events", 401],
    ["interactivity", 401],
    ["commands", 401],
  ] as const)(
    "is one line for a refused request to /%s, without its query",
    async (name, status) => {
      const app = createApp(CONFIGURED);
      await app[name](unsigned(name));
      expect(await answers()).toEqual([line({ path: `/api/slack/${name}`, status })]);
    },
  );

  it.each(["events", "interactivity", "commands"] as const)(
    "is one line for a request to /%s of an app without variables",
    async (name) => {
      await createApp({ SLACK_SIGNING_SECRET: "s" })[name](unsigned(name));
      expect(await answers()).toEqual([line({ path: `/api/slack/${name}`, status: 503 })]);
    },
  );

  it.each([
    [CONFIGURED, 200],
    [{}, 503],
  ] as const)("is one line for a health check: %#", (env, status) => {
    createApp(env).health();
    expect(takeAnswers()).toEqual([line({ method: "GET", path: "/api/health", status })]);
  });
});

describe("refused requests", () => {
  it("get at most ten lines a second, and the next request says how many got none", async () => {
    const clock = createTestClock();
    const app = createApp(CONFIGURED, { clock });
    for (let sent = 0; sent < 25; sent += 1) {
      expect((await app.events(unsigned("events"))).status).toBe(401);
    }
    expect(await answers()).toHaveLength(10);
    expect(takeLogs().map(({ event }) => event)).toEqual(Array(10).fill("request.rejected"));

    clock.nowMs += 1000;
    await app.commands(unsigned("commands"));
    expect(await answers()).toHaveLength(1);
    expect(takeLogs()).toEqual([
      expect.objectContaining({ level: "warn", event: "refusals.unlogged", count: 15 }),
      expect.objectContaining({ event: "request.rejected", status: 401 }),
    ]);
  });

  it("of which all got a line need no count", async () => {
    const clock = createTestClock();
    const app = createApp(CONFIGURED, { clock });
    await app.events(unsigned("events"));
    clock.nowMs += 1000;
    await app.events(unsigned("events"));
    expect(takeLogs().map(({ event }) => event)).toEqual(["request.rejected", "request.rejected"]);
  });
});

/** The line is written behind the answer. */
async function answers() {
  await setImmediate();
  return takeAnswers();
}

function line(answered: { method?: string; path: string; status: number }) {
  return {
    time: expect.any(String),
    level: "info",
    event: "request.answered",
    method: "POST",
    ...answered,
    durationMs: expect.any(Number),
  };
}

function unsigned(name: keyof App): Request {
  return new Request(`https://app.example.com/api/slack/${name}?secret=shh`, {
    method: "POST",
    body: `payload=${encodeURIComponent(JSON.stringify(messageShortcut))}`,
  });
}
