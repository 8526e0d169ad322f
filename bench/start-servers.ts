import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { Calls, type Order, type Posting, SignedRequest } from "./orders.ts";

const Environment = v.record(v.string(), v.string());

/** The process of the local Slack and the local S3. */
export interface Servers extends AsyncDisposable {
  /** Connects an app to both. */
  env: Readonly<Record<string, string>>;
  /** Posts as a person, and returns the signed events. */
  post(posting: Omit<Posting, "order">): Promise<SignedRequest[]>;
  /** Returns the calls since the last count. */
  count(): Promise<Calls>;
  /** Stores records until there are so many. */
  store(records: number): Promise<void>;
  /** Edits the description of a message's image, and returns the milliseconds until the thread shows it. */
  edit(message: { ts: string; origin: string }): Promise<number>;
}

export async function startServers({ latencyMs }: { latencyMs: number }): Promise<Servers> {
  const child = fork(new URL("servers.ts", import.meta.url), {
    env: { ...process.env, LATENCY_MS: String(latencyMs) },
  });
  const [started] = await once(child, "message");
  const give = (order: Order) => ask(child, order);
  return {
    env: v.parse(Environment, started),
    post: async (posting) => v.parse(Posted, await give({ order: "post", ...posting })).requests,
    count: async () => v.parse(Calls, await give({ order: "count" })),
    store: async (records) => void (await give({ order: "store", records })),
    edit: async (message) => v.parse(Edited, await give({ order: "edit", ...message })).shownMs,
    async [Symbol.asyncDispose]() {
      await end(child);
    },
  };
}

const Posted = v.object({ requests: v.array(SignedRequest) });
const Edited = v.object({ shownMs: v.number() });

/** Ends a process that lives as long as it is connected. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.connected) {
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  }
}

/** Sends a message to a process that answers each with one, in order. */
export async function ask(child: ChildProcess, message: object): Promise<unknown> {
  const ended = new AbortController();
  const onExit = () => ended.abort(new Error("Cannot measure: a process ended"));
  child.once("exit", onExit);
  try {
    const answered = once(child, "message", { signal: ended.signal });
    child.send(message);
    const [answer] = await answered;
    return answer;
  } finally {
    child.off("exit", onExit);
  }
}
