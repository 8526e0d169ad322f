import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import * as v from "valibot";
import { deliverEvent } from "../delivery/deliver-event.ts";
import { isSubscribed } from "../delivery/is-subscribed.ts";
import type { Attempt } from "../delivery/outgoing-request.ts";
import type { NewFile } from "../files/file-store.ts";
import { postAsPerson, type PostedMessage } from "../messages/person-message.ts";
import { threadOf } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import {
  type Channel,
  directMessageWith,
  requireChannel,
  requireUser,
} from "../state/workspace.ts";

type App = Hono<{ Bindings: HttpBindings }>;

/** Lets another process, such as `npm run post`, act in this Slack. The real Slack has no such endpoints. */
export function serveControl(app: App, slack: Slack): void {
  app.get("/local/health", (c) =>
    c.json({
      ok: true,
      pid: process.pid,
      team: slack.workspace.teamId,
      requestUrls: slack.requestUrls ?? null,
    }),
  );
  app.post("/local/messages", (c) => answering(c, () => postAndDeliver(slack, c)));
  app.get("/local/messages", (c) =>
    answering(c, () => {
      const { id, name } = requireConversation(slack, c.req.query("channel") ?? "");
      return { channel: { id, name }, messages: slack.state.messages.get(id) ?? [] };
    }),
  );
  app.get("/local/thread", (c) =>
    answering(c, () => {
      const channel = requireChannel(slack.workspace, c.req.query("channel") ?? "");
      return { messages: threadOf(slack.state.messages, channel.id, c.req.query("ts") ?? "") };
    }),
  );
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

/** `@name` is the app's direct message with that person. */
function requireConversation(slack: Slack, name: string): Channel {
  return name.startsWith("@")
    ? directMessageWith(slack.workspace, requireUser(slack.workspace, name))
    : requireChannel(slack.workspace, name);
}

/** Answers with the result of `act`, or with 400 and its error. */
export async function answering(c: Context, act: () => unknown): Promise<Response> {
  try {
    return c.json(await act());
  } catch (error) {
    return c.json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

async function postAndDeliver(slack: Slack, c: Context): Promise<unknown> {
  const form = await c.req.raw.formData();
  const field = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const files = await Promise.all(form.getAll("files").map(readFile));
  const posted = postAsPerson(slack, {
    channel: field("channel") ?? "images",
    user: field("user"),
    text: field("text"),
    threadTs: field("thread_ts"),
    files: files.flat(),
  });
  const channel = requireChannel(slack.workspace, field("channel") ?? "images");
  const delivery =
    field("is_delivered") === "false" ? undefined : deliverOnce(slack, { posted, channel });
  const attempt = field("is_awaited") === "false" ? undefined : await delivery;
  return {
    channel: channel.id,
    ts: posted.message.ts,
    ...(attempt === undefined ? {} : { attempt }),
  };
}

/** Returns the acked attempt, or the second failed one. Later retries continue in the background. */
function deliverOnce(
  slack: Slack,
  { posted, channel }: { posted: PostedMessage; channel: Channel },
): Promise<Attempt | undefined> {
  if (slack.requestUrls === undefined || !isSubscribed(slack, channel)) {
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    let failures = 0;
    const onAttempt = (attempt: Attempt) => {
      failures += attempt.reason === undefined ? 0 : 1;
      if (attempt.reason === undefined || failures === 2) {
        resolve(attempt);
      }
    };
    deliverEvent(slack, posted.envelope, { onAttempt }).then(
      ({ attempts }) => resolve(attempts.at(-1)),
      reject,
    );
  });
}

/** `fetch` sends `application/octet-stream` for unknown types; the file's name tells more. */
export async function readFile(value: string | File): Promise<NewFile[]> {
  if (typeof value === "string") {
    return [];
  }
  const { name, type } = value;
  const bytes = new Uint8Array(await value.arrayBuffer());
  const isKnown = type !== "" && type !== "application/octet-stream";
  return [{ name, bytes, ...(isKnown ? { mimetype: type } : {}) }];
}
