import path from "node:path";
import { toConfig } from "../../lib/config.ts";
import { parseEnvironment } from "../../lib/environment.ts";
import { openFolder } from "../../lib/records/state-keys.ts";
import { PORTS, startAt } from "../stack/free-port.ts";
import { createLog } from "../stack/keep-logs.ts";
import type { RecordedRequest } from "../local-s3/connection.ts";
import { LOCAL_DIRECTORY } from "../stack/running-stack.ts";
import { type LocalStack, startStack } from "../stack/stack.ts";
import { type FunctionsFront, startFunctionsFront } from "../stack/functions-front.ts";
import { keepVariables } from "../stack/keep-variables.ts";
import { createStackClock } from "../stack/stack-clock.ts";
import { createActs } from "./acts.ts";
import type { Topic } from "./api.ts";
import { createFunctionLog } from "./function-log.ts";
import { bundlePage, servePage } from "./page.ts";
import { populateWorkspace } from "./populate-workspace.ts";
import { createRecordHistory } from "./record-history.ts";
import { serveEvents, serveStack } from "./serve-stack.ts";
import { ADMIN_ID, createSettings } from "./settings.ts";
import type { StackPorts } from "./stack-ports.ts";
import { createTopics } from "./topics.ts";
import { watchPeople } from "./watch-people.ts";
import { watchSources } from "./watch-sources.ts";

/** The local stack with its page. */
export interface Playground extends AsyncDisposable {
  stack: LocalStack;
  /** Where the functions are. */
  functions: string;
  /** Missing under `vercel dev`. */
  front: FunctionsFront | undefined;
  /** Waits until the functions run. */
  started: Promise<void>;
}

export interface PlaygroundOptions {
  directory?: string;
  /** Settings of the app to try out. */
  settings?: Readonly<Record<string, string | undefined>>;
  /** The functions' address, if somebody else serves them. */
  functions?: string | undefined;
  /** Page and functions follow changes of their code. */
  isWatching?: boolean;
  /** The default is Slack's: 3,000. */
  ackTimeoutMs?: number;
}

/** @throws {ConfigError} before anything is started */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const { directory = LOCAL_DIRECTORY, settings = {}, isWatching = false } = options;
  const surroundings = {
    clock: createStackClock(),
    topics: createTopics(),
    log: createFunctionLog(),
  };
  const { clock, topics } = surroundings;
  const acts = createActs(surroundings);
  let ports: StackPorts | undefined;
  let open: (ports: StackPorts) => void = () => undefined;
  const ready = new Promise<StackPorts>((resolve) => (open = resolve));
  const countPromises = () => (ports === undefined ? 0 : countMarkers(ports));
  const front =
    options.functions === undefined
      ? await openFront({ ...surroundings, directory, countPromises })
      : undefined;
  const functions = options.functions ?? front?.origin ?? "";
  const page = bundlePage({ onRebuild: isWatching ? () => topics.reload() : undefined });
  const stack = await startStack({
    functions,
    directory,
    settings,
    slackOptions: {
      ...(options.ackTimeoutMs !== undefined && { ackTimeoutMs: options.ackTimeoutMs }),
      now: clock.now,
      onTraffic: (kind) => topics.emit(...(kind === "delivery" ? DELIVERED : CALLED)),
      extend(app) {
        watchPeople(app, { acts, topics });
        serveStack(app, ready);
        serveEvents(app, topics);
        servePage(app, { page, imageOrigin: ready.then(({ s3 }) => s3.endpoint) });
      },
    },
    s3Options: {
      now: clock.now,
      onTraffic: (request) => (ports === undefined ? undefined : noteStored(ports, request)),
    },
  }).catch(async (error: unknown) => {
    await Promise.all([front?.[Symbol.asyncDispose](), page.close()]);
    throw error;
  });
  const { slack, s3, env } = stack;
  populateWorkspace(slack);
  const variables = createSettings({ ADMIN_USER_IDS: ADMIN_ID, ...settings, ...env });
  const config = toConfig(parseEnvironment(variables.environment()));
  const history = createRecordHistory(config, s3);
  const kept = keepVariables(directory);
  await kept.write(variables.environment());
  ports = {
    ...surroundings,
    slack,
    s3,
    config,
    front,
    functions,
    history,
    acts,
    settings: variables,
    kept,
  };
  keepAhead(ports);
  open(ports);
  const started = front?.start(variables.environment()) ?? Promise.resolve();
  // The first tags do not wait for the page, and the page hardly ever waits for this.
  const bundled = started.then(() => page.files());
  bundled.catch(() => undefined);
  const unwatch = isWatching && front !== undefined ? watchSources(() => front.start()) : undefined;
  return {
    stack,
    functions,
    front,
    started,
    async [Symbol.asyncDispose]() {
      unwatch?.();
      await front?.[Symbol.asyncDispose]();
      kept.remove();
      await Promise.all([stack.close(), page.close()]);
    },
  };
}

const CALLED: readonly Topic[] = ["timeline"];
/** A message is posted before its event is delivered. */
const DELIVERED: readonly Topic[] = ["timeline", "slack"];

/** Writes the functions' lines to a file. In the terminal, they would bury the rest. */
function openFront({
  clock,
  topics,
  log,
  directory,
  countPromises,
}: Pick<StackPorts, "clock" | "topics" | "log"> & {
  directory: string;
  countPromises: () => number;
}): Promise<FunctionsFront> {
  let file: ReturnType<typeof createLog>;
  const onLine = (line: string) => {
    if (log.add(line)) {
      file ??= createLog(path.join(directory, "functions.log"));
      file?.write(`${line}\n`);
      topics.emit("log");
    } else {
      console.log(line);
    }
  };
  const onChange = () => topics.emit("stack");
  return startAt(PORTS.functions, (port) =>
    startFunctionsFront({ port, clock, onLine, onChange, countPromises }),
  );
}

/** Tells the page of a change in the store. */
function noteStored(
  { topics, history, config }: StackPorts,
  { method, key, durationMs }: RecordedRequest,
): void {
  topics.emit("timeline");
  if (durationMs !== undefined && method !== "GET" && method !== "HEAD") {
    history.note(key);
    topics.emit("store");
    if (key.startsWith(openFolder(config.statePrefix))) {
      topics.emit("stack");
    }
  }
}

function countMarkers({ s3, config }: StackPorts): number {
  const folder = openFolder(config.statePrefix);
  return s3.requests.filter(
    ({ method, key, status }) => method === "PUT" && status === 200 && key.startsWith(folder),
  ).length;
}

/**
 * Objects outlive the stack, and it may have been stopped while its clock was ahead. The clock starts behind the newest
 * object, so that no note of the app lies in the future.
 */
function keepAhead({ s3, clock, config }: StackPorts): void {
  const buckets = [...new Set([config.s3.bucket, config.s3.stateBucket])];
  const times = buckets.flatMap((bucket) =>
    s3.facts("", bucket).map(({ lastModifiedMs }) => lastModifiedMs),
  );
  const latestMs = times.reduce((latest, time) => Math.max(latest, time), 0);
  clock.move(Math.max(0, latestMs + 1000 - clock.now()));
}
