import { once } from "node:events";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { IDLE_PATH } from "./running-stack.ts";
import type { StackClock } from "./stack-clock.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The functions in a worker, with their own environment, clock and end. */
export interface FunctionsWorker {
  readonly origin: string;
  /** Waits until all background work is done, or the worker is dead. */
  drain(): Promise<void>;
  /** Stops the worker at once. */
  kill(): Promise<void>;
}

export interface WorkerOptions {
  env: Environment;
  clock: StackClock;
  /** Called with each line on stdout. */
  onLine: (line: string) => void;
  /** Called if the running worker ends by itself. */
  onCrash: () => void;
}

/** Rejects if the functions cannot be loaded. */
export async function startWorker({
  env,
  clock,
  onLine,
  onCrash,
}: WorkerOptions): Promise<FunctionsWorker> {
  const worker = new Worker(new URL("functions-worker.js", import.meta.url), {
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    workerData: clock.shared,
    stdout: true,
    execArgv: [],
  });
  createInterface({ input: worker.stdout }).on("line", onLine);
  const origin = await readOrigin(worker);
  let isWanted = true;
  worker.on("error", (error) => console.error("The functions broke down:", error));
  worker.once("exit", () => isWanted && onCrash());
  return {
    origin,
    async drain() {
      await fetch(`${origin}${IDLE_PATH}`).catch(() => undefined);
    },
    async kill() {
      isWanted = false;
      await worker.terminate();
    },
  };
}

async function readOrigin(worker: Worker): Promise<string> {
  const isLeft = new AbortController();
  const { signal } = isLeft;
  const ended = once(worker, "exit", { signal }).then(() => {
    throw new Error("Cannot start the functions: their worker ended at once");
  });
  try {
    const [origin] = await Promise.race([once(worker, "message", { signal }), ended]);
    return String(origin);
  } finally {
    ended.catch(() => undefined);
    isLeft.abort();
  }
}
