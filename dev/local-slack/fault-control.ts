import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import * as v from "valibot";
import { answering } from "./control.ts";
import type { Slack } from "./slack.ts";

/** Lets another process order misbehaviour, and end it: `npm run slack -- retry` needs a failed upload. */
export function serveFaultControl(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.post("/local/faults", (c) =>
    answering(c, async () => {
      slack.faults.add(v.parse(Rule, await c.req.json()));
      return { ok: true };
    }),
  );
  app.delete("/local/faults", (c) =>
    answering(c, () => {
      slack.faults.clear();
      return { ok: true };
    }),
  );
}

const Rule = v.object({
  on: v.string(),
  kind: v.picklist(["error_500", "html", "login_page", "stall", "reset"]),
  times: v.optional(v.number(), 1),
});
