import { once } from "node:events";
import { serve } from "@hono/node-server";
import { readPort } from "./free-port.ts";
import { provideRequestContext } from "./request-context.ts";
import { IDLE_PATH } from "./running-stack.ts";

/** The functions of `api/`, served in this process. */
interface LocalFunctions extends AsyncDisposable {
  origin: string;
  /** Waits for all work that was passed to `waitUntil`. */
  drain(): Promise<void>;
}

type FunctionModule = Readonly<Record<string, unknown>>;

/** Every file of `api/`, by its path. The imports are literal, so that a missing file is a type error. */
const FUNCTIONS: Readonly<Record<string, () => Promise<FunctionModule>>> = {
  "/api/doctor": () => import("../../api/doctor.ts"),
  "/api/health": () => import("../../api/health.ts"),
  "/api/cron/reconcile": () => import("../../api/cron/reconcile.ts"),
  "/api/slack/commands": () => import("../../api/slack/commands.ts"),
  "/api/slack/interactivity": () => import("../../api/slack/interactivity.ts"),
  "/api/slack/events": () => import("../../api/slack/events.ts"),
};

/** The functions read `process.env` at the first request, so it must be set by then. */
export async function startFunctions({ port }: { port: number }): Promise<LocalFunctions> {
  const background = provideRequestContext();
  const server = serve({
    port,
    hostname: "127.0.0.1",
    // Clients must close idle connections first, or a closed connection looks like a fault.
    serverOptions: { keepAliveTimeout: 120_000 },
    fetch: async (request) => {
      if (new URL(request.url).pathname === IDLE_PATH) {
        await background.drain();
        return new Response("idle");
      }
      return background.run(() => respond(request));
    },
  });
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${readPort(server.address())}`,
    drain: background.drain,
    async [Symbol.asyncDispose]() {
      await background.drain();
      server.close();
    },
  };
}

async function respond(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const load = FUNCTIONS[pathname];
  if (load === undefined) {
    const { servePage } = await import("../setup-page/serve-page.ts");
    return (await servePage(pathname)) ?? new Response("NOT_FOUND", { status: 404 });
  }
  const handler = (await load())[request.method];
  return typeof handler === "function" ? handler(request) : new Response(null, { status: 405 });
}
