import { randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { answer, jsonReply, textReply } from "./answer.ts";
import type { Reply } from "./answer.ts";
import { createBotMessage, editBotMessage, postAsBot } from "./bot-message.ts";
import { flagAt, isObject, parseJson, textAt } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { readContent } from "./message-content.ts";
import { findMessage, removeMessage } from "./message-store.ts";
import type { Message } from "./message-store.ts";
import { Refusal } from "./refusal.ts";
import type { EphemeralMessage, RecordedRequest, Slack } from "./slack.ts";
import type { Channel } from "./workspace.ts";

/** A `response_url`: five posts within thirty minutes, into one conversation, at first for one person. */
export interface ResponseUrl {
  channel: Channel;
  userId: string;
  /** The message that the person acted on. */
  messageTs?: string | undefined;
  createdAtMs: number;
  /** What the app sent, in order. */
  posts: JsonObject[];
}

const MAX_POSTS = 5;
const LIFETIME_MS = 30 * 60_000;

export function issueResponseUrl(
  { state, clock, origin }: Slack,
  target: Pick<ResponseUrl, "channel" | "userId" | "messageTs">,
): string {
  const id = randomBytes(12).toString("hex");
  state.responseUrls.set(id, { ...target, createdAtMs: clock.nowMs(), posts: [] });
  return `${origin}/response/${id}`;
}

/** `POST /response/ID`. docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export function serveResponseUrls(app: Hono<{ Bindings: HttpBindings }>, slack: Slack): void {
  app.post("/response/:id", async (c) => {
    const body = parseJson(await c.req.text());
    const request: RecordedRequest = {
      method: "response_url",
      path: c.req.path,
      args: isObject(body) ? body : {},
      status: 0,
      atMs: slack.clock.nowMs(),
    };
    slack.requests.push(request);
    const fault = slack.faults.take(request);
    return answer(c.env.outgoing, { fault, request }, () =>
      receive(slack, c.req.param("id"), request),
    );
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

/** Also what the body of a slash command's answer means. */
export async function respond(
  slack: Slack,
  { channel, userId, messageTs }: Pick<ResponseUrl, "channel" | "userId" | "messageTs">,
  args: JsonObject,
): Promise<void> {
  const original = findOriginal(slack, channel, messageTs);
  if (flagAt(args, "delete_original")) {
    return deleteOriginal(slack, channel, original);
  }
  const content = await readContent(slack, args);
  const threadTs = textAt(args, "thread_ts");
  if (flagAt(args, "replace_original") && original !== undefined) {
    return editBotMessage(slack, original, content);
  }
  if (args["response_type"] === "in_channel") {
    postAsBot(slack, content, { channel, threadTs });
    return;
  }
  const ephemeral: EphemeralMessage = {
    ...createBotMessage(slack, content),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    channel: channel.id,
    to: userId,
  };
  slack.state.ephemerals.push(ephemeral);
}

/** Only a message of the app's own can be replaced or deleted; a person's is left alone. */
function findOriginal(
  { state, workspace }: Slack,
  channel: Channel,
  ts: string | undefined,
): Message | undefined {
  if (ts === undefined) {
    return undefined;
  }
  const message =
    findMessage(state.messages, channel.id, ts) ?? state.ephemerals.find((one) => one.ts === ts);
  return message?.bot_id === workspace.botId ? message : undefined;
}

function deleteOriginal({ state }: Slack, channel: Channel, original: Message | undefined): void {
  if (original === undefined) {
    return;
  }
  const index = state.ephemerals.findIndex((one) => one === original);
  if (index >= 0) {
    state.ephemerals.splice(index, 1);
  } else {
    removeMessage(state.messages, channel.id, original);
  }
}
