import { setMaxListeners } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout } from "node:timers/promises";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { createLocalSlack, type LocalSlack } from "./local-slack.ts";
import { createClock, type Sleep } from "./state/clock.ts";
import { createFaultQueue } from "./state/faults.ts";
import { parseManifest } from "./state/manifest.ts";
import type { RequestUrls, Slack } from "./state/slack.ts";
import { createWorkspace } from "./state/workspace.ts";
import { serveControl } from "./wire/control.ts";
import { serveFiles } from "./wire/file-download.ts";
import { guardControl } from "./wire/guard.ts";
import { serveInteractionControl } from "./wire/interaction-control.ts";
import { servePageControl } from "./wire/page-control.ts";
import { serveResponseUrls } from "./wire/response-url.ts";
import { serveWebApi } from "./wire/web-api.ts";

export type { LocalSlack } from "./local-slack.ts";

export interface LocalSlackOptions {
  /** The app's manifest. It decides scopes, events, shortcuts and commands. */
  manifest: unknown;
  /** 0, the default, takes any free port. */
  port?: number;
  signingSecret?: string;
  requestUrls?: RequestUrls | undefined;
  /** The pauses before each retry of an event. The default is Slack's. */
  retryDelaysMs?: readonly number[];
  /** The default is Slack's: 3,000. */
  ackTimeoutMs?: number;
  now?: () => number;
  /** Waits for an ack, and between retries. */
  sleep?: Sleep;
  /** Decides whether a fault with a probability strikes. */
  random?: () => number;
  /** Called when a request or a delivery begins, and once more when it is over. */
  onTraffic?: (kind: "request" | "delivery") => void;
  /** Adds routes at the same origin, before all others. */
  extend?: (app: Hono<{ Bindings: HttpBindings }>, slack: Slack) => void;
}

/** Starts a strict stand-in for Slack on 127.0.0.1. It refuses everything that Slack refuses. */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  // Clients must close idle connections first, or a closed connection looks like a fault.
  server.keepAliveTimeout = 120_000;
  const origin = await listen(server, options.port ?? 0);
  const closing = new AbortController();
  // Every open delivery listens to it.
  setMaxListeners(0, closing.signal);
  const slack = createSlack(options, { origin, closing: closing.signal });
  guardControl(app);
  options.extend?.(app, slack);
  serveWebApi(app, slack);
  serveFiles(app, slack);
  serveResponseUrls(app, slack);
  serveControl(app, slack);
  serveInteractionControl(app, slack);
  servePageControl(app, slack);
  return createLocalSlack(slack, async () => {
    closing.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
}

function createSlack(
  options: LocalSlackOptions,
  { origin, closing }: Pick<Slack, "origin" | "closing">,
): Slack {
  const workspace = createWorkspace(parseManifest(options.manifest));
  const { now = Date.now } = options;
  return {
    origin,
    closing,
    workspace,
    botToken: "xoxb-local-0000000001-localbottoken",
    signingSecret: options.signingSecret ?? "local-signing-secret-0123456789ab",
    clock: createClock(
      now,
      options.sleep ?? ((durationMs, signal) => setTimeout(durationMs, undefined, { signal })),
    ),
    state: {
      channels: workspace.channels,
      users: workspace.users,
      messages: new Map(),
      files: new Map(),
      ephemerals: [],
      modals: new Map(),
      triggers: new Map(),
      responseUrls: new Map(),
    },
    requests: [],
    deliveries: [],
    onTraffic: options.onTraffic ?? (() => undefined),
    faults: createFaultQueue(options.random ?? Math.random, now),
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000, 300_000],
    requestUrls: options.requestUrls,
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      resolve(`http://127.0.0.1:${bound}`);
    });
  });
}
