import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import type { StackPorts } from "./stack-ports.ts";

/** The acts that the timeline shows. */
const ACTS: Readonly<Record<string, string>> = {
  "/local/messages": "posts a message",
  "/local/delete": "deletes a message",
  "/local/shortcut": "uses the shortcut",
  "/local/slash": "sends the command",
  "/local/press": "presses a button",
  "/local/submit": "submits a modal",
  "/local/close": "closes a modal",
};

/** Tells the page of each request that may change what people see, and notes the acts of people. */
export function watchPeople(
  app: Hono<{ Bindings: HttpBindings }>,
  { acts, topics }: Pick<StackPorts, "acts" | "topics">,
): void {
  app.use("*", async (c, next) => {
    const { method, path } = c.req;
    const what = method === "POST" ? ACTS[path] : undefined;
    if (what === undefined) {
      await next();
    } else {
      await acts.note({ from: "person", to: "slack", what }, async () => {
        await next();
        return c.res;
      });
    }
    if (method !== "GET" && CHANGING.test(path)) {
      topics.emit("slack");
    }
  });
}

const CHANGING = /^\/(?:api\/(?:chat|views)\.|response\/|local\/(?!stack\/))/u;
