import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { isObject, parseJson } from "../json.ts";
import { respond } from "../messages/respond.ts";
import { Refusal } from "../refusal.ts";
import type { RecordedRequest } from "../state/recorded-request.ts";
import type { Slack } from "../state/slack.ts";
import { answer, jsonReply, type Reply, textReply } from "./answer.ts";

const MAX_POSTS = 5;
const LIFETIME_MS = 30 * 60_000;

/** `POST /response/ID`. docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export function serveResponseUrls(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.post("/response/:id", async (c) => {
    const body = parseJson(await c.req.text());
    const arrived = {
      outgoing: c.env.outgoing,
      method: "response_url",
      path: c.req.path,
      args: isObject(body) ? body : {},
    };
    return answer(slack, arrived, (request) => receive(slack, c.req.param("id"), request));
  });
}

async function receive(slack: Slack, id: string, request: RecordedRequest): Promise<Reply> {
  try {
    const target = slack.state.responseUrls.get(id);
    const age = slack.clock.nowMs() - (target?.createdAtMs ?? 0);
    if (target === undefined || age > LIFETIME_MS) {
      throw new Refusal("expired_url");
    }
    if (target.posts.length >= MAX_POSTS) {
      throw new Refusal("used_url");
    }
    await respond(slack, target, request.args);
    target.posts.push(request.args);
    return textReply("ok");
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    request.error = error.error;
    const status = ["expired_url", "used_url"].includes(error.error) ? 404 : 400;
    return jsonReply({ ok: false, error: error.error, ...error.details }, { status });
  }
}
