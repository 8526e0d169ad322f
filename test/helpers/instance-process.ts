// Run on its own: one instance of the app with the environment that came as JSON, until it is killed; prints its origin.
import { serve } from "@hono/node-server";
import { provideRequestContext } from "../../dev/request-context.ts";
import { createApp } from "../../lib/app.ts";

const app = createApp(JSON.parse(process.argv[2] ?? "{}"));
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
  { port: 0, hostname: "127.0.0.1", fetch: (request) => context.run(() => respond(request)) },
  ({ port }) => log(`http://127.0.0.1:${port}`),
);
