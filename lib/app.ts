import { type Clock, systemClock } from "./clock.ts";
import { toConfig } from "./config.ts";
import { serveChallenge, serveEvents } from "./endpoints/events.ts";
import { serveBadHealth, serveHealth } from "./endpoints/health.ts";
import { createRoutes, type Route } from "./endpoints/route.ts";
import { ConfigError, type Environment, parseEnvironment } from "./environment.ts";
import { createLogger, type Logger } from "./logger.ts";
import type { Health } from "./ports.ts";
import type { Writes } from "./records/record-store.ts";
import type { SettingsFor } from "./settings.ts";

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
  const doctor = route(async (request) => {
    const { serveDoctor } = await import("./endpoints/doctor.ts");
    return serveDoctor({ variables: env, clock, logger }, request);
  });
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
  { clock, logger, route, settingsFor }: Surroundings,
): Omit<App, "doctor"> {
  const config = toConfig(environment);
  const shared = { config, clock, logger };
  const health: Health = { alarms: new Set(), safeAtMs: undefined };
  const writes: Writes = new Map();
  const readSettings = once(async () => {
    const { createSettingsFor } = await import("./settings.ts");
    return { settingsFor: settingsFor ?? createSettingsFor(environment) };
  });
  const loadWork = once(async () => {
    await clock.sleep(0);
    const [settings, { createWorkPorts }] = await Promise.all([
      readSettings(),
      import("./work-ports.ts"),
    ]);
    return createWorkPorts({ ...shared, ...settings }, { health, writes });
  });
  const openDoor = once(async () => {
    const [settings, { createDoor }] = await Promise.all([readSettings(), import("./door.ts")]);
    return createDoor({ ...shared, ...settings }, { loadWork, waitUntil, writes });
  });
  const warmUpOnce = once(async () => {
    const { warmUp } = await import("./warm-up.ts");
    await warmUp({ openDoor, loadWork, waitUntil, clock, logger });
  });
  const open = (handle: Route) => {
    const answer = route(handle);
    return async (request: Request) => {
      const response = await answer(request);
      void warmUpOnce();
      return response;
    };
  };
  const { cronSecret } = config;
  const eventsPorts = { ...shared, openDoor };
  return {
    events: open((request) => serveEvents(eventsPorts, request)),
    interactivity: open(async (request) => {
      const loading = import("./endpoints/interactivity.ts");
      const [door, { serveInteractivity }] = await Promise.all([openDoor(), loading]);
      return serveInteractivity(door, request);
    }),
    commands: open(async (request) => {
      const loading = import("./endpoints/commands.ts");
      const [door, { serveCommands }] = await Promise.all([openDoor(), loading]);
      return serveCommands(door, request);
    }),
    reconcile: route(async (request) => {
      const { serveReconcile } = await import("./endpoints/reconcile.ts");
      return serveReconcile({ cronSecret, clock, loadWork }, request);
    }),
    health: () => serveHealth({ clock, logger }, health),
  };
}

/** Makes Vercel keep the function alive until `work` is done. */
async function waitUntil(work: Promise<void>): Promise<void> {
  const vercel = await import("@vercel/functions");
  vercel.waitUntil(work);
}

function once<Value>(build: () => Promise<Value>): () => Promise<Value> {
  let built: Promise<Value> | undefined;
  return () => (built ??= build());
}
