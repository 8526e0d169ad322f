import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { ConfigError } from "../../lib/environment.ts";
import { answering } from "../local-slack/wire/control.ts";
import { isObject } from "../local-slack/json.ts";
import type { SettingsRefusal, StackState } from "./api.ts";
import { listObjects, listOpenWork } from "./bucket.ts";
import { beginFault, endFaults, listFaults } from "./faults.ts";
import { findRecord } from "./record.ts";
import { NotInControlError, type StackPorts } from "./stack-ports.ts";
import { sweepStack } from "./sweep.ts";
import { readTimeline } from "./timeline.ts";
import { ALL_TOPICS, changedEvent, type Topics } from "./topics.ts";

type App = Hono<{ Bindings: HttpBindings }>;

/** Serves `/local/stack`: the page looks into the stack and breaks it. Requests wait until the stack is there. */
export function serveStack(app: App, ready: Promise<StackPorts>): void {
  const get = (path: string, read: (ports: StackPorts, c: Context) => unknown) =>
    app.get(path, (c) => answering(c, async () => read(await ready, c)));
  get("/local/stack", readState);
  get("/local/stack/objects", listObjects);
  get("/local/stack/log", ({ log }) => log.lines());
  get("/local/stack/timeline", readTimeline);
  app.get("/local/stack/record", async (c) => {
    const { channel = "", ts = "" } = c.req.query();
    const found = findRecord(await ready, { channel, ts });
    return found === undefined
      ? c.json({ error: "There is no record behind this message." }, 404)
      : c.json(found);
  });
  app.post("/local/stack/faults/:name", (c) =>
    answering(c, async () => {
      const ports = await ready;
      beginFault(ports, c.req.param("name"));
      return readState(ports);
    }),
  );
  app.delete("/local/stack/faults", (c) =>
    answering(c, async () => {
      const ports = await ready;
      endFaults(ports);
      return readState(ports);
    }),
  );
  app.post("/local/stack/sweep", (c) => answering(c, async () => sweepStack(await ready)));
  app.put("/local/stack/settings", async (c) => changeSettings(await ready, c));
}

/** Serves `/local/events`. A stream ends when its page is closed. */
export function serveEvents(app: App, topics: Topics): void {
  app.get("/local/events", (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE(changedEvent(ALL_TOPICS));
      const unsubscribe = topics.subscribe((event) => void stream.writeSSE(event));
      const heartbeat = setInterval(() => void stream.write(": still here\n\n"), HEARTBEAT_MS);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      clearInterval(heartbeat);
      unsubscribe();
    }),
  );
}

const HEARTBEAT_MS = 15_000;

function readState(ports: StackPorts): StackState {
  const { front, clock, settings } = ports;
  return {
    functions: front?.state ?? "running",
    isInControl: front !== undefined,
    faults: listFaults(ports),
    openWork: listOpenWork(ports),
    clockOffsetMs: clock.offsetMs,
    settings: settings.list(),
  };
}

async function changeSettings(ports: StackPorts, c: Context): Promise<Response> {
  const { front, settings, kept, topics } = ports;
  const values: unknown = await c.req.json().catch(() => undefined);
  if (!isObject(values)) {
    return c.json({ error: "Settings are a JSON object of names and values." }, 400);
  }
  if (front === undefined) {
    return c.json({ error: new NotInControlError("Changing a setting").message }, 400);
  }
  const problems = settings.change(values);
  if (problems.length > 0) {
    const { message: error } = new ConfigError(problems);
    const refusal: SettingsRefusal & { error: string } = { problems, error };
    return c.json(refusal, 400);
  }
  topics.emit("stack");
  return answering(c, async () => {
    await kept.write(settings.environment());
    await front.start(settings.environment());
    return readState(ports);
  });
}
