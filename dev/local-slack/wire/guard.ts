import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";

/**
 * Lets nobody into the control interface but this machine's own programs and the page that it serves: any web site that
 * is open in the same browser can send requests to 127.0.0.1, under that name or under one of its own.
 */
export function guardControl(app: Hono<{ Bindings: HttpBindings }>): void {
  for (const path of ["/", "/local/*", "/playground/*"]) {
    app.use(path, async (c, next) => {
      const reason = inspectStranger(c);
      if (reason !== undefined) {
        return c.json({ error: `Only this machine may use the local Slack: ${reason}` }, 403);
      }
      return next();
    });
  }
}

/** Why a request is not one of this machine's own. Programs name no origin, and browsers always do when they post. */
function inspectStranger(c: Context): string | undefined {
  const host = c.req.header("host") ?? "";
  const origin = c.req.header("origin");
  if (!isLoopback(host)) {
    return "the request is for another host";
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return "the request comes from another site";
  }
  const isNavigation = c.req.method === "GET" && c.req.header("sec-fetch-mode") === "navigate";
  const site = c.req.header("sec-fetch-site") ?? "none";
  return isNavigation || site === "none" || site === "same-origin"
    ? undefined
    : "the request comes from another site";
}

function isLoopback(host: string): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/u.test(host);
}
