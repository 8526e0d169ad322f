import { type Clock, systemClock } from "./clock.ts";
import { toConfig } from "./config.ts";
import { serveCommands } from "./endpoints/commands.ts";
import { serveDoctor } from "./endpoints/doctor.ts";
import { serveChallenge, serveEvents } from "./endpoints/events.ts";
import { serveBadHealth, serveHealth } from "./endpoints/health.ts";
import { serveInteractivity } from "./endpoints/interactivity.ts";
import { serveReconcile } from "./endpoints/reconcile.ts";
import { createRoutes, type Route } from "./endpoints/route.ts";
import { ConfigError, type Environment, parseEnvironment } from "./environment.ts";
import { createBackground } from "./listeners/background.ts";
import { createLogger, type Logger } from "./logger.ts";
import type { Door, Health } from "./ports.ts";
import { createMarkerStore } from "./records/marker-store.ts";
import { createRecordStore } from "./records/record-store.ts";
import { createSettingsFor, type SettingsFor } from "./settings.ts";
import { openBucket } from "./storage/open-bucket.ts";
import { TIME_PLAN } from "./time-plan.ts";
import { warmUp } from "./warm-up.ts";

/** The handlers that the functions in `api/` serve. */
export interface App {
  events: Route;
  interactivity: Route;
  commands: Route;
  reconcile: Route;
  doctor: Route;
  health(): Response;
}

/** Returns the app of this process. The first request builds it from the environment. */
export function getApp(): App {
  return (app ??= createApp(process.env));
}

/** Makes the ports; nothing else does. A bad environment fails each request, not the start. */
export function createApp(
  env: Readonly<Record<string, string | undefined>>,
  { clock = systemClock, settingsFor }: { clock?: Clock; settingsFor?: SettingsFor } = {},
): App {
  const logger = createLogger(clock);
  const route = createRoutes({ clock, logger });
  const doctor = route((request) => serveDoctor({ variables: env, clock, logger }, request));
  try {
    return { ...openApp(parseEnvironment(env), { clock, logger, route, settingsFor }), doctor };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    const refuse = () => Promise.reject(error);
    const isSecretSet = (env["SLACK_SIGNING_SECRET"] ?? "").trim() !== "";
    return {
      events: route(
        isSecretSet ? refuse : (request) => serveChallenge({ logger, refuse }, request),
      ),
      interactivity: route(refuse),
      commands: route(refuse),
      reconcile: route(refuse),
      doctor,
      health: () => serveBadHealth({ clock, logger }, error),
    };
  }
}

let app: App | undefined;

interface Surroundings {
  clock: Clock;
  logger: Logger;
  route: (handle: Route) => Route;
  settingsFor: SettingsFor | undefined;
}

function openApp(
  environment: Environment,
  { clock, logger, route, settingsFor = createSettingsFor(environment) }: Surroundings,
): Omit<App, "doctor"> {
  const config = toConfig(environment);
  const bucket = openBucket(config.s3, {
    bucket: config.s3.stateBucket,
    timeoutMs: TIME_PLAN.recordMs,
    maxSockets: STATE_SOCKETS,
    clock,
    logger,
  });
  const state = { bucket, prefix: config.statePrefix, clock };
  const records = createRecordStore(state);
  const ports = { config, settingsFor, records, markers: createMarkerStore(state), clock, logger };
  const health: Health = { alarms: new Set(), safeAtMs: undefined };
  const loadWork = once(async () => {
    await clock.sleep(0);
    const { createWorkPorts } = await import("./work-ports.ts");
    return createWorkPorts(ports, { state, health });
  });
  const { whenIdle, ...background } = createBackground({ waitUntil, loadWork, clock, logger });
  const warmUpOnce = once(() => warmUp({ loadWork, whenIdle, waitUntil, clock, logger }));
  const door: Door = { ...ports, ...background };
  const open = (serve: (opened: Door, request: Request) => Promise<Response>) => {
    const answer = route((request) => serve(door, request));
    return async (request: Request) => {
      const response = await answer(request);
      void warmUpOnce();
      return response;
    };
  };
  const { cronSecret } = config;
  return {
    events: open(serveEvents),
    interactivity: open(serveInteractivity),
    commands: open(serveCommands),
    reconcile: route((request) => serveReconcile({ cronSecret, clock, loadWork }, request)),
    health: () => serveHealth({ clock, logger }, health),
  };
}

/** Enough for all answers that a process gives at once. Uploads have sockets of their own. */
const STATE_SOCKETS = 200;

/** Makes Vercel keep the function alive until `work` is done. */
async function waitUntil(work: Promise<void>): Promise<void> {
  const vercel = await import("@vercel/functions");
  vercel.waitUntil(work);
}

function once<Value>(build: () => Promise<Value>): () => Promise<Value> {
  let built: Promise<Value> | undefined;
  return () => (built ??= build());
}
