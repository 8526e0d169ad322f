import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { readPort } from "./free-port.ts";
import { IDLE_PATH } from "./running-stack.ts";
import type { StackClock } from "./stack-clock.ts";
import { type Environment, type FunctionsWorker, startWorker } from "./start-worker.ts";

/**
 * The functions' address. It stays while their workers come and go, and passes each request on to the worker that runs
 * or is about to run.
 */
export interface FunctionsFront extends AsyncDisposable {
  readonly origin: string;
  readonly state: "running" | "starting" | "killed";
  /** Starts a worker, by default with the last variables. The worker before it finishes its background work. */
  start(env?: Environment): Promise<void>;
  /** Stops the worker at once. Another one starts after a second, or with the next request. */
  kill(): void;
  /** Kills the worker as soon as the next ack that promises something has left. */
  isKilledAfterAck: boolean;
  /** Waits until all background work is done. */
  drain(): Promise<void>;
}

export interface FrontOptions {
  port: number;
  clock: StackClock;
  onLine: (line: string) => void;
  /** Called after each change of `state` or `isKilledAfterAck`. */
  onChange: () => void;
  /** Counts the markers that the functions have written so far. */
  countPromises: () => number;
}

const REVIVAL_MS = 1000;

export async function startFunctionsFront(options: FrontOptions): Promise<FunctionsFront> {
  const { clock, onLine, onChange, countPromises } = options;
  const retiring = new Set<FunctionsWorker>();
  let env: Environment | undefined;
  let current: Promise<FunctionsWorker> | undefined;
  let state: FunctionsFront["state"] = "starting";
  let isKilledAfterAck = false;
  let revival: NodeJS.Timeout | undefined;

  function change(next: FunctionsFront["state"]): void {
    state = next;
    onChange();
  }

  function begin(): Promise<FunctionsWorker> {
    if (env === undefined) {
      return Promise.reject(new Error("Cannot call the functions: they have no variables yet"));
    }
    clearTimeout(revival);
    const isCurrent = () => current === starting;
    const lose = () => {
      if (isCurrent()) {
        current = undefined;
        change("killed");
      }
    };
    const starting = startWorker({ env, clock, onLine, onCrash: lose });
    current = starting;
    change("starting");
    starting.then(() => isCurrent() && change("running"), lose);
    return starting;
  }

  function kill(): void {
    const doomed = [...retiring, ...(current === undefined ? [] : [current])];
    retiring.clear();
    current = undefined;
    isKilledAfterAck = false;
    for (const one of doomed) {
      void Promise.resolve(one).then(
        (worker) => worker.kill(),
        () => undefined,
      );
    }
    clearTimeout(revival);
    revival = setTimeout(() => void begin().catch(complain), REVIVAL_MS);
    change("killed");
  }

  async function retire(starting: Promise<FunctionsWorker> | undefined): Promise<void> {
    const worker = await starting?.catch(() => undefined);
    if (worker !== undefined) {
      retiring.add(worker);
      await worker.drain();
      retiring.delete(worker);
      await worker.kill();
    }
  }

  async function drain(): Promise<void> {
    const running = await current?.catch(() => undefined);
    await Promise.all([...retiring, running].map(async (worker) => worker?.drain()));
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (incoming.url === IDLE_PATH) {
      await drain();
      outgoing.end("idle");
      return;
    }
    const before = countPromises();
    const { status, headers, body } = await send(await (current ?? begin()), incoming);
    outgoing.writeHead(status, headers);
    const isAck = incoming.url?.startsWith("/api/slack/") === true && status === 200;
    const isLast = isKilledAfterAck && isAck && countPromises() > before;
    outgoing.end(body, () => isLast && kill());
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => fail(outgoing, error));
  });
  // Longer than clients keep idle connections: one that closes first would look like a fault.
  server.keepAliveTimeout = 120_000;
  const origin = await listen(server, options.port);
  return {
    origin,
    get state() {
      return state;
    },
    get isKilledAfterAck() {
      return isKilledAfterAck;
    },
    set isKilledAfterAck(isWanted) {
      isKilledAfterAck = isWanted;
      onChange();
    },
    async start(variables = env) {
      const last = current;
      env = variables;
      const begun = begin();
      void retire(last);
      await begun;
    },
    kill,
    drain,
    async [Symbol.asyncDispose]() {
      await drain();
      kill();
      clearTimeout(revival);
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Passes the raw body on, since it is signed. */
async function send({ origin }: FunctionsWorker, incoming: IncomingMessage): Promise<Answer> {
  const { method, headers, url = "/" } = incoming;
  const sent = request(`${origin}${url}`, { method, headers });
  // `once` rejects with the first error. Later ones do not matter.
  sent.on("error", () => undefined);
  incoming.pipe(sent);
  const [response]: IncomingMessage[] = await once(sent, "response");
  if (response === undefined) {
    throw new Error("Cannot call the functions: they did not answer");
  }
  const body = await buffer(response);
  const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...kept } = response.headers;
  return {
    status: response.statusCode ?? 500,
    headers: { ...kept, "content-length": String(body.length) },
    body,
  };
}

/** Vercel answers like this for a function that died. */
function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  outgoing.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
  outgoing.end(`FUNCTION_INVOCATION_FAILED\n${reason}\n`);
}

function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${readPort(server.address())}`;
}
