import type { JsonObject } from "../json.ts";

/** A message as Slack keeps it; the names are Slack's. */
export type Message = {
  type: "message";
  subtype?: string;
  ts: string;
  text: string;
  user?: string;
  team?: string;
  bot_id?: string;
  app_id?: string;
  bot_profile?: JsonObject;
  client_msg_id?: string;
  blocks?: JsonObject[];
  attachments?: JsonObject[];
  files?: JsonObject[];
  upload?: boolean;
  display_as_bot?: boolean;
  hidden?: boolean;
  thread_ts?: string;
  parent_user_id?: string;
  reply_count?: number;
  reply_users?: string[];
  reply_users_count?: number;
  latest_reply?: string;
  edited?: { user: string; ts: string };
  metadata?: { event_type: string; event_payload: JsonObject };
};

/** Channel id → its messages and replies, oldest first. */
export type MessageStore = Map<string, Message[]>;

export function findMessage(
  store: MessageStore,
  channelId: string,
  ts: string,
): Message | undefined {
  return store.get(channelId)?.find((message) => message.ts === ts);
}

export function appendMessage(store: MessageStore, channelId: string, message: Message): void {
  const messages = store.get(channelId) ?? [];
  messages.push(message);
  store.set(channelId, messages);
  countReplies(store, channelId, message.thread_ts);
}

/** As in Slack, a parent with replies becomes a tombstone. */
export function removeMessage(store: MessageStore, channelId: string, message: Message): void {
  const messages = store.get(channelId) ?? [];
  const index = messages.indexOf(message);
  if ((message.reply_count ?? 0) > 0) {
    messages.splice(index, 1, tombstoneOf(message));
  } else {
    messages.splice(index, 1);
  }
  countReplies(store, channelId, message.thread_ts);
}

/** The parent and its replies, oldest first. Empty if there is no such message. */
export function threadOf(store: MessageStore, channelId: string, ts: string): Message[] {
  const messages = store.get(channelId) ?? [];
  return messages.filter((message) => message.ts === ts || message.thread_ts === ts);
}

/** The messages in the channel itself: no replies except thread broadcasts. */
export function topLevelOf(store: MessageStore, channelId: string): Message[] {
  const messages = store.get(channelId) ?? [];
  return messages.filter(
    ({ ts, thread_ts: thread, subtype }) =>
      thread === undefined || thread === ts || subtype === "thread_broadcast",
  );
}

function countReplies(store: MessageStore, channelId: string, ts: string | undefined): void {
  const parent = ts === undefined ? undefined : findMessage(store, channelId, ts);
  if (parent === undefined) {
    return;
  }
  const replies = threadOf(store, channelId, parent.ts).filter((message) => message !== parent);
  const users = [...new Set(replies.map((reply) => reply.user ?? ""))];
  parent.thread_ts = parent.ts;
  parent.reply_count = replies.length;
  parent.reply_users = users;
  parent.reply_users_count = users.length;
  parent.latest_reply = replies.at(-1)?.ts ?? parent.ts;
}

function tombstoneOf(message: Message): Message {
  const { ts, thread_ts = ts, reply_count = 0, reply_users = [], latest_reply = ts } = message;
  return {
    type: "message",
    subtype: "tombstone",
    text: "This message was deleted.",
    user: "USLACKBOT",
    hidden: true,
    ts,
    thread_ts,
    reply_count,
    reply_users,
    reply_users_count: reply_users.length,
    latest_reply,
  };
}
