import { openSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { format } from "node:util";
import * as v from "valibot";
import { provideRequestContext } from "../dev/stack/request-context.ts";
import { SignedRequest } from "./orders.ts";

/**
 * Serves one contender in a process of its own, so that nobody pays for the garbage or the shapes of objects of another.
 * Each message from the parent process is a block of requests, which is answered with what it took.
 */

const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  ours: () => import("../api/slack/events.ts"),
  bare: () => import("./alternatives/bare.ts"),
  bolt: () => import("./alternatives/bolt.ts"),
  "bolt-claim": () => import("./alternatives/bolt-claim.ts"),
  "by-hand": () => import("./alternatives/by-hand.ts"),
};

interface Contender {
  POST: (request: Request) => Promise<Response>;
}

const Block = v.object({
  requests: v.array(SignedRequest),
  status: v.number(),
  /** Sends all requests at once, not one after the other. */
  isAtOnce: v.boolean(),
});

const sink = openSync(devNull, "w");
/** Every log is written as usual, but nobody reads it. */
for (const level of ["debug", "info", "log", "warn", "error"] as const) {
  console[level] = (...args: unknown[]) => void writeSync(sink, `${format(...args)}\n`);
}
const context = provideRequestContext();
const load = CONTENDERS[process.argv[2] ?? ""];
if (load === undefined) {
  throw new RangeError("Cannot serve an unknown contender");
}
const { POST } = await load();

process.on("message", (message) => void run(v.parse(Block, message)).then(reply));
process.on("disconnect", () => process.exit());
reply({});

function reply(answer: object): void {
  process.send?.(answer);
}

async function run({ requests, status, isAtOnce }: v.InferOutput<typeof Block>) {
  const made = requests.map(
    ({ body, headers }) =>
      new Request("https://app.example.com/api/slack/events", { method: "POST", body, headers }),
  );
  const startedAtMs = Date.now();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const ackMs: number[] = [];
  let others = 0;
  const acking = async (request: Request) => {
    const sentMs = performance.now();
    const response = await context.run(() => POST(request));
    ackMs.push(performance.now() - sentMs);
    others += response.status === status ? 0 : 1;
  };
  if (isAtOnce) {
    await Promise.all(made.map(acking));
  } else {
    for (const request of made) {
      await acking(request);
      await context.drain();
    }
  }
  await context.drain();
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { ackMs, others, startedAtMs, elapsedMs, cpuMs: (user + system) / 1000, peakBytes };
}
