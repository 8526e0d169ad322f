import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import * as v from "valibot";
import { openShortcut, pressButton } from "../interactions/message-interaction.ts";
import { viewOf } from "../interactions/seen.ts";
import { useSlashCommand } from "../interactions/slash-command.ts";
import { closeView, submitView } from "../interactions/submission.ts";
import type { Slack } from "../state/slack.ts";
import { requireUser } from "../state/workspace.ts";
import type { FieldValue } from "../views/form.ts";
import { answering, readFile } from "./control.ts";

/** Lets `npm run slack -- …` act for a person. Each endpoint returns what that person sees. */
export function serveInteractionControl(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.post("/local/shortcut", (c) =>
    answering(c, async () => openShortcut(slack, v.parse(Shortcut, await c.req.json()))),
  );
  app.post("/local/press", (c) =>
    answering(c, async () => {
      const {
        action_id: actionId,
        block_id: blockId,
        is_confirmed: isConfirmed,
        ...press
      } = v.parse(Press, await c.req.json());
      return pressButton(slack, { ...press, actionId, blockId, isConfirmed });
    }),
  );
  app.post("/local/submit", (c) =>
    answering(c, async () => {
      const { view_id: viewId, user, values } = await readSubmission(c);
      return submitView(slack, { viewId, user, values });
    }),
  );
  app.post("/local/close", (c) =>
    answering(c, async () => {
      const { view_id: viewId, user, is_cleared: isCleared } = v.parse(Close, await c.req.json());
      return closeView(slack, { viewId, user, isCleared });
    }),
  );
  app.post("/local/slash", (c) =>
    answering(c, async () => useSlashCommand(slack, v.parse(Slash, await c.req.json()))),
  );
  app.get("/local/view", (c) =>
    answering(c, () => {
      const user = requireUser(slack.workspace, c.req.query("user"));
      return { view: viewOf(slack, user.id) ?? null };
    }),
  );
  app.get("/local/ephemerals", (c) =>
    answering(c, () => {
      const user = requireUser(slack.workspace, c.req.query("user"));
      return { messages: slack.state.ephemerals.filter(({ to }) => to === user.id) };
    }),
  );
}

const user = v.optional(v.string());
const Shortcut = v.object({ channel: v.string(), ts: v.string(), user });
const Slash = v.object({
  channel: v.string(),
  user,
  text: v.optional(v.string()),
  command: v.optional(v.string()),
});
const Press = v.object({
  channel: v.string(),
  ts: v.string(),
  action_id: v.string(),
  block_id: v.optional(v.string()),
  value: v.optional(v.string()),
  is_confirmed: v.optional(v.boolean()),
  user,
});
const Close = v.object({ view_id: v.string(), is_cleared: v.optional(v.boolean()), user });
const Values = v.optional(
  v.record(v.string(), v.union([v.string(), v.array(v.string()), v.null()])),
  {},
);
const Submission = v.object({ view_id: v.string(), user, values: Values });

interface ReadSubmission {
  view_id: string;
  user: string | undefined;
  values: Record<string, FieldValue>;
}

/** Reads JSON, or a form: `view_id`, `user`, `values` as JSON, and files under the `block_id` of their input. */
async function readSubmission(c: Context): Promise<ReadSubmission> {
  const isForm = (c.req.header("content-type") ?? "").startsWith("multipart/form-data");
  if (!isForm) {
    const { view_id, user: name, values } = v.parse(Submission, await c.req.json());
    return { view_id, user: name, values };
  }
  const form = await c.req.raw.formData();
  const text = (name: string) => v.parse(v.optional(v.string()), form.get(name) ?? undefined);
  const values: Record<string, FieldValue> = {
    ...v.parse(v.pipe(v.string(), v.parseJson(), Values), text("values") ?? "{}"),
  };
  for (const name of new Set(form.keys())) {
    const files = await Promise.all(form.getAll(name).map(readFile));
    if (files.flat().length > 0) {
      values[name] = files.flat();
    }
  }
  return { view_id: text("view_id") ?? "", user: text("user"), values };
}
