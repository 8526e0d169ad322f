import { fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { IDLE_PATH, LOCAL_CRON_SECRET } from "../dev/stack/running-stack.ts";
import { interleave, median, round } from "./measure.ts";
import type { FlightRow, RecordsRow, Results } from "./results.ts";
import { end, type Servers, startServers } from "./start-servers.ts";
import { startWorker } from "./start-worker.ts";
import { LATENCY_MS } from "./upload.ts";

/** The first case warms both up. */
const IN_FLIGHT = [
  { messages: 1, rounds: 7, warmUps: 5 },
  { messages: 10, rounds: 5, warmUps: 1 },
  { messages: 50, rounds: 3, warmUps: 0 },
  { messages: 200, rounds: 3, warmUps: 0 },
];
const SIZE_BYTES = 50_000;
const RECORDS = [0, 1_000, 10_000, 100_000];
const SWEEPS = 3;

/** Measures how work grows with the messages in flight, and with the records that are there. */
export async function measureGrowth(
  report: (progress: string) => void,
): Promise<Results["growth"]> {
  return { inFlight: await measureInFlight(report), records: await measureRecords(report) };
}

/** All messages arrive at once. The time is that of the last tags. */
async function measureInFlight(report: (progress: string) => void): Promise<FlightRow[]> {
  await using servers = await startServers({ latencyMs: LATENCY_MS });
  await using ours = await startWorker("ours", servers.env);
  await using byHand = await startWorker("by-hand", servers.env);
  const workers = { ours, byHand };
  const names = ["ours", "byHand"] as const;
  const rows: FlightRow[] = [];
  for (const { messages, ...times } of IN_FLIGHT) {
    report(`${messages} messages in flight`);
    const samples = await interleave(names, times, async (name) => {
      const requests = await servers.post({
        kind: "image",
        count: messages,
        sizeBytes: SIZE_BYTES,
      });
      await servers.count();
      const { startedAtMs, others } = await workers[name].run(requests, { isAtOnce: true });
      return { ms: (await servers.count()).shownMs - startedAtMs, late: others };
    });
    const [mine, theirs] = [samples.get("ours") ?? [], samples.get("byHand") ?? []];
    rows.push({
      messages,
      oursMs: round(median(mine.map(({ ms }) => ms))),
      byHandMs: round(median(theirs.map(({ ms }) => ms))),
      late: median(mine.map(({ late }) => late)),
    });
  }
  return rows;
}

/** Sweeps and edits, through HTTP as Slack and Vercel would ask for them, while more and more records are in the store. */
async function measureRecords(report: (progress: string) => void): Promise<RecordsRow[]> {
  await using servers = await startServers({ latencyMs: LATENCY_MS });
  const functions = fork(new URL("functions.ts", import.meta.url), {
    env: { ...process.env, ...servers.env, CRON_SECRET: LOCAL_CRON_SECRET },
  });
  try {
    const [origin] = v.parse(v.looseTuple([v.string()]), await once(functions, "message"));
    const ts = await postOne(servers, origin);
    const rows: RecordsRow[] = [];
    for (const records of RECORDS) {
      report(`${records} records`);
      await servers.store(records);
      // The first sweep after a change finds out what is there.
      await sweep(origin);
      const sweeps = await repeat(servers, () => sweep(origin));
      const edits = await repeat(servers, () => servers.edit({ ts, origin }));
      rows.push({
        records,
        sweepMs: sweeps.ms,
        sweepCalls: sweeps.calls,
        editMs: edits.ms,
        editCalls: edits.calls,
      });
    }
    return rows;
  } finally {
    await end(functions);
  }
}

async function repeat(
  servers: Servers,
  measure: () => Promise<number>,
): Promise<{ ms: number; calls: number }> {
  const samples: number[] = [];
  await servers.count();
  for (let index = 0; index < SWEEPS; index += 1) {
    samples.push(await measure());
  }
  const { calls } = await servers.count();
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return { ms: round(median(samples)), calls: Math.round(total / SWEEPS) };
}

async function sweep(origin: string): Promise<number> {
  const startMs = performance.now();
  const response = await fetch(`${origin}/api/cron/reconcile`, {
    headers: { authorization: `Bearer ${LOCAL_CRON_SECRET}` },
  });
  await response.arrayBuffer();
  if (!response.ok) {
    throw new Error(`Cannot measure a sweep: the answer is ${response.status}`);
  }
  return performance.now() - startMs;
}

/** Posts the image whose description is edited, and waits until its tags are there. */
async function postOne(servers: Servers, origin: string): Promise<string> {
  const [event] = await servers.post({ kind: "image", count: 1 });
  if (event === undefined) {
    throw new Error("Cannot measure edits: no message was posted");
  }
  const { ts, body, headers } = event;
  await fetch(`${origin}/api/slack/events`, { method: "POST", body, headers });
  await fetch(`${origin}${IDLE_PATH}`);
  return ts;
}
