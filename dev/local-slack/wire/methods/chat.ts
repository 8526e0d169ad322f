import { LIMITS } from "../../block-kit/limits.ts";
import { isObject, type JsonObject, textAt } from "../../json.ts";
import { editBotMessage, postAsBot, postEphemeralAsBot } from "../../messages/bot-message.ts";
import { readContent } from "../../messages/message-content.ts";
import { Refusal } from "../../refusal.ts";
import { findMessage, type Message, removeMessage } from "../../state/message-store.ts";
import type { Slack } from "../../state/slack.ts";
import { type Channel, directMessageWith } from "../../state/workspace.ts";
import { type Method, requiredChannel, requiredText } from "./method.ts";

const SCOPES = ["chat:write"] as const;

export const chatMethods: Readonly<Record<string, Method>> = {
  "chat.postMessage": { scopes: SCOPES, run: postMessage },
  "chat.update": { scopes: SCOPES, run: update },
  "chat.delete": { scopes: SCOPES, run: remove },
  "chat.postEphemeral": { scopes: SCOPES, run: postEphemeral },
};

async function postMessage(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const channel = writableChannel(slack, args);
  const content = await readContent(slack, args);
  if (content.text !== undefined) {
    content.text = content.text.slice(0, LIMITS.messageText);
  }
  const message = postAsBot(slack, content, {
    channel,
    threadTs: textAt(args, "thread_ts"),
  });
  return { channel: channel.id, ts: message.ts, message };
}

async function update(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const channel = requiredChannel(slack, args);
  const message = ownMessage(slack, channel, args, "cant_update_message");
  const content = await readContent(slack, args);
  if ((textAt(args, "text") ?? "").length > LIMITS.updatedText) {
    throw new Refusal("msg_too_long");
  }
  editBotMessage(slack, message, content);
  const metadata = args["metadata"];
  if (isObject(metadata) && Object.keys(metadata).length === 0) {
    delete message.metadata;
  }
  return { channel: channel.id, ts: message.ts, text: message.text, message };
}

function remove(slack: Slack, args: JsonObject): JsonObject {
  const channel = requiredChannel(slack, args);
  const message = ownMessage(slack, channel, args, "cant_delete_message");
  removeMessage(slack.state.messages, channel.id, message);
  return { channel: channel.id, ts: message.ts };
}

async function postEphemeral(slack: Slack, args: JsonObject): Promise<JsonObject> {
  const channel = writableChannel(slack, args);
  const to = requiredText(args, "user");
  if (!channel.members.has(to)) {
    throw new Refusal("user_not_in_channel");
  }
  const content = await readContent(slack, args);
  const threadTs = textAt(args, "thread_ts");
  return { message_ts: postEphemeralAsBot(slack, content, { channel, threadTs, to }).ts };
}

/** Takes an id, a name, or a person's id. Slack opens the direct message with a person if there is none yet. */
function writableChannel(slack: Slack, args: JsonObject): Channel {
  const { workspace } = slack;
  const person = workspace.users.get(textAt(args, "channel") ?? "");
  const direct = person === undefined ? undefined : directMessageWith(workspace, person);
  const channel = direct ?? requiredChannel(slack, args, { byName: true });
  if (channel.isArchived) {
    throw new Refusal("is_archived");
  }
  const mayPost =
    channel.members.has(workspace.botUserId) || workspace.manifest.scopes.has("chat:write.public");
  if (!mayPost) {
    throw new Refusal("not_in_channel");
  }
  return channel;
}

function ownMessage(slack: Slack, channel: Channel, args: JsonObject, error: string): Message {
  const { state, workspace } = slack;
  const message = findMessage(state.messages, channel.id, requiredText(args, "ts"));
  if (message === undefined || message.subtype === "tombstone") {
    throw new Refusal("message_not_found");
  }
  if (message.bot_id !== workspace.botId) {
    throw new Refusal(error);
  }
  return message;
}
