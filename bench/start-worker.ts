import { fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { compile } from "./compile.ts";
import type { SignedRequest } from "./orders.ts";
import { ask, end } from "./start-servers.ts";

export type Contender = "ours" | "bare" | "bolt" | "bolt-claim" | "by-hand";

const Took = v.object({
  /** One sample per request. */
  ackMs: v.array(v.number()),
  /** How many answers had another status. */
  others: v.number(),
  /** Epoch ms. */
  startedAtMs: v.number(),
  /** From the first request to the end of all work behind the answers. */
  elapsedMs: v.number(),
  cpuMs: v.number(),
  /** The most memory that the process has ever held. */
  peakBytes: v.number(),
});
export type Took = v.InferOutput<typeof Took>;

export interface Worker extends AsyncDisposable {
  /** Only answers to requests that are sent at once may have another status: some may be too late. */
  run(
    requests: readonly SignedRequest[],
    options?: { status?: number; isAtOnce?: boolean },
  ): Promise<Took>;
}

/** Starts a process for one contender. */
export async function startWorker(
  contender: Contender,
  env: Readonly<Record<string, string>>,
): Promise<Worker> {
  const child = fork(await compile("worker.ts"), [contender], {
    env: { ...process.env, ...env },
    execArgv: [],
  });
  await once(child, "message");
  return {
    async run(requests, { status = 200, isAtOnce = false } = {}) {
      const took = v.parse(Took, await ask(child, { requests, status, isAtOnce }));
      if (took.others > 0 && !isAtOnce) {
        throw new Error(`Cannot measure ${contender}: some answers are not ${status}`);
      }
      return took;
    },
    async [Symbol.asyncDispose]() {
      await end(child);
    },
  };
}
