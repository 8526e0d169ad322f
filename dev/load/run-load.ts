import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import * as v from "valibot";
import { type App, createApp } from "../../lib/app.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import manifest from "../../manifest.json" with { type: "json" };
import { startLocalS3 } from "../local-s3/server.ts";
import { type LocalSlack, startLocalSlack } from "../local-slack/server.ts";
import { provideRequestContext } from "../stack/request-context.ts";
import { environmentOf } from "../stack/stack.ts";
import { checkOutcome, type LoadMessage, type Outcome } from "./check-outcome.ts";
import { makeImage } from "./make-image.ts";
import { orderFaults } from "./order-faults.ts";

export interface LoadOptions {
  messages: number;
  /** Per message. */
  images: number;
  /** The number of messages in progress at the same time. */
  inFlight: number;
  /** The share of calls to Slack and S3 that fail, from 0 to 1. */
  failures: number;
  seed: number;
}

export interface LoadReport extends Outcome {
  /** The outcome after all deliveries, before the first sweep. */
  before: Outcome;
  /** `undefined`: the sweep broke off because a call failed. */
  sweeps: (Sweep | undefined)[];
  /** The number of messages that Slack gave up delivering. */
  undelivered: number;
  calls: number;
  failedCalls: number;
  messagesPerSecond: number;
  ackMs: { p50: number; p99: number };
  /** The memory of this process, including both local servers. */
  peakMegabytes: number;
}

/** Posts and delivers all messages as Slack does, then sweeps, at most twice, to finish the rest. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const random = createRandom(options.seed);
  const clock = createMovableClock();
  await using s3 = await startLocalS3({ random });
  await using slack = await startLocalSlack({ manifest, random, retryDelaysMs: RETRY_DELAYS_MS });
  const channel = slack.addChannel({ name: "load" }).id;
  const env = { ...environmentOf(slack, s3), CHANNEL_IDS: channel, CRON_SECRET };
  const app = createApp(env, { clock });
  await using functions = await serveEvents(slack, app);
  orderFaults({ slack, s3 }, options.failures);

  const messages: LoadMessage[] = [];
  const ackMs: number[] = [];
  let undelivered = 0;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: options.inFlight }, async () => {
      while (messages.length < options.messages) {
        const number = messages.length;
        const images = Array.from({ length: options.images }, (_, index) =>
          makeImage(number * options.images + index),
        );
        const { message, envelope } = slack.postMessage({ channel, files: images });
        messages.push({ channel, ts: message.ts, images });
        const { delivered, attempts } = await functions.deliver(envelope);
        undelivered += delivered ? 0 : 1;
        ackMs.push(...attempts.map(({ durationMs }) => durationMs));
      }
    }),
  );
  const durationMs = performance.now() - startMs;

  const before = checkOutcome({ slack, s3 }, messages);
  const sweeps: LoadReport["sweeps"] = [];
  let outcome = before;
  while (outcome.problems.length > 0 && sweeps.length < MAX_SWEEPS) {
    clock.move(LEASE_MS);
    sweeps.push(await sweep(app));
    outcome = checkOutcome({ slack, s3 }, messages);
  }
  const statuses = [...slack.requests, ...s3.requests].map(({ status }) => status);
  return {
    ...outcome,
    before,
    sweeps,
    undelivered,
    calls: statuses.length,
    failedCalls: statuses.filter((status) => status === 0 || status === 429 || status >= 500)
      .length,
    messagesPerSecond: (options.messages / durationMs) * 1000,
    ackMs: { p50: percentile(ackMs, 0.5), p99: percentile(ackMs, 0.99) },
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

/** Slack's own pauses are none, one minute and five. */
const RETRY_DELAYS_MS = [0, 300, 1500] as const;
const MAX_SWEEPS = 2;
/** A little longer than a lease. */
const LEASE_MS = 311_000;
const CRON_SECRET = "load-cron-secret";

/** Serves the events Request URL. A delivery ends when its background work ends. */
async function serveEvents(slack: LocalSlack, app: App) {
  const context = provideRequestContext();
  const work = new Map<string, Promise<unknown>[]>();
  const listener = getRequestListener(
    (request) => {
      const delivery = work.get(request.headers.get(DELIVERY_HEADER) ?? "") ?? [];
      return context.run(
        () => app.events(request),
        (promise) => delivery.push(promise),
      );
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((request, response) => void listener(request, response));
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const url = `http://127.0.0.1:${port}/`;
  slack.requestUrls = { events: url, interactivity: url, commands: url };
  return {
    async deliver(envelope: unknown) {
      const id = String(work.size);
      const begun: Promise<unknown>[] = [];
      work.set(id, begun);
      const result = await slack.deliver(envelope, { headers: { [DELIVERY_HEADER]: id } });
      await Promise.all(begun);
      return result;
    },
    async [Symbol.asyncDispose]() {
      await context.drain();
      server.closeAllConnections();
      server.close();
    },
  };
}

const DELIVERY_HEADER = "x-load-delivery";

const Sweep = v.object({ finished: v.number(), found: v.number(), open: v.number() });
type Sweep = v.InferOutput<typeof Sweep>;

async function sweep(app: App): Promise<Sweep | undefined> {
  const headers = { authorization: `Bearer ${CRON_SECRET}` };
  const response = await app.reconcile(new Request("http://127.0.0.1/", { headers }));
  return response.ok ? v.parse(Sweep, await response.json()) : undefined;
}

function createMovableClock(): Clock & { move(durationMs: number): void } {
  let offsetMs = 0;
  return {
    now: () => systemClock.now() + offsetMs,
    sleep: (durationMs, signal) => systemClock.sleep(durationMs, signal),
    move: (durationMs) => void (offsetMs += durationMs),
  };
}

/** Mulberry32 gives the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const again = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32;
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
