/**
 * A program of its own: runs one instance of the app with an environment from JSON until it is killed; prints its origin.
 */
import { serve } from "@hono/node-server";
import { provideRequestContext } from "../../dev/stack/request-context.ts";
import { createApp } from "../../lib/app.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";

const NEVER_MS = 2 ** 31 - 1;

/** Real time, but without limits, because a busy machine may take longer than they allow. */
const clock: Clock = {
  ...systemClock,
  sleep: (durationMs, signal) =>
    systemClock.sleep(signal === undefined ? durationMs : NEVER_MS, signal),
};
const app = createApp(JSON.parse(process.argv[2] ?? "{}"), { clock });
const context = provideRequestContext();

function respond(request: Request): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case "/events":
      return app.events(request);
    case "/interactivity":
      return app.interactivity(request);
    default:
      return app.commands(request);
  }
}

const log = console.log.bind(console);
console.log = () => undefined;
serve(
  {
    port: 0,
    hostname: "127.0.0.1",
    serverOptions: { keepAliveTimeout: 120_000 },
    fetch: (request) => context.run(() => respond(request)),
  },
  ({ port }) => log(`http://127.0.0.1:${port}`),
);
