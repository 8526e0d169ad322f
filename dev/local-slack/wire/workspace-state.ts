import type * as api from "../../playground/api.ts";
import { readShownSize } from "../files/shown-size.ts";
import { isObject, numberAt, objectsIn, textAt } from "../json.ts";
import type { JsonObject } from "../json.ts";
import type { Message } from "../state/message-store.ts";
import type { Slack, View } from "../state/slack.ts";
import type { Channel, User, Workspace } from "../state/workspace.ts";

/** Everything that this person's Slack shows: their conversations, what only they see, their modals. */
export function stateFor(slack: Slack, user: User): api.WorkspaceState {
  const { workspace, state } = slack;
  const { manifest, botUserId, users, channels } = workspace;
  const { messageShortcut: shortcut, commands, commandHint } = manifest;
  return {
    app: {
      name: manifest.botName,
      userId: botUserId,
      shortcuts: shortcut === undefined ? [] : [shortcut],
      command: commands[0] ?? "",
      commandHint,
    },
    people: [...users.values()].map((person) => toPerson(workspace, person)),
    conversations: [...channels.values()]
      .filter(({ members }) => members.has(user.id))
      .toSorted((a, b) => Number(isDirect(a)) - Number(isDirect(b)))
      .map((channel) => toConversation(slack, { channel, user })),
    views: (state.modals.get(user.id) ?? []).map(toModal),
  };
}

function toPerson(workspace: Workspace, { id, name, realName }: User): api.Person {
  return { id, name, realName, role: roleOf(workspace, id) };
}

function roleOf({ users, teamId }: Workspace, id: string): api.Role {
  const user = users.get(id);
  if (user?.teamId !== teamId) {
    return "guest";
  }
  if (user.isAdmin) {
    return "admin";
  }
  const [first] = users.keys();
  return id === first ? "uploader" : "colleague";
}

function isDirect({ kind }: Channel): boolean {
  return kind === "im" || kind === "mpim";
}

function toConversation(
  slack: Slack,
  { channel, user }: { channel: Channel; user: User },
): api.Conversation {
  const { state, workspace } = slack;
  const stored = (state.messages.get(channel.id) ?? []).map((message) => toMessage(slack, message));
  const ephemerals = state.ephemerals
    .filter(({ to, channel: id }) => to === user.id && id === channel.id)
    .map((message) => ({ ...toMessage(slack, message), is_ephemeral: true }));
  return {
    id: channel.id,
    name: nameOf(workspace, channel, user),
    kind: channel.kind,
    hasApp: channel.members.has(workspace.botUserId),
    messages: [...stored, ...ephemerals].toSorted((a, b) => Number(a.ts) - Number(b.ts)),
  };
}

/** A direct message is named by the other. */
function nameOf({ botUserId, users, manifest }: Workspace, channel: Channel, user: User): string {
  if (!isDirect(channel)) {
    return channel.name;
  }
  const others = [...channel.members].filter((id) => id !== user.id);
  const names = others.map((id) =>
    id === botUserId ? manifest.botName : (users.get(id)?.realName ?? id),
  );
  return names.join(", ") || channel.name;
}

function toMessage(slack: Slack, message: Message): api.Message {
  const { ts, thread_ts, user, bot_id, subtype, text, reply_count, latest_reply, edited } = message;
  return {
    ts,
    text,
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(user === undefined ? {} : { user }),
    ...(bot_id === undefined ? {} : { bot_id }),
    ...(subtype === undefined ? {} : { subtype }),
    ...(message.blocks === undefined ? {} : { blocks: blocksIn(message.blocks) }),
    ...(message.files === undefined ? {} : { files: filesIn(slack, message.files) }),
    ...(reply_count === undefined ? {} : { reply_count }),
    ...(latest_reply === undefined ? {} : { latest_reply }),
    ...(edited === undefined ? {} : { edited }),
  };
}

function blocksIn(blocks: readonly JsonObject[]): api.Block[] {
  return blocks.map((block) => ({ ...block, type: String(block["type"]) }));
}

/** People see the file itself where an app is told its id only. */
function filesIn({ state }: Slack, files: readonly JsonObject[]): api.SlackFile[] {
  return files.map((shown) => {
    const id = String(shown["id"]);
    const stored = state.files.get(id);
    const file = stored?.object ?? shown;
    const size = stored && readShownSize(stored.thumbnail?.bytes ?? stored.bytes);
    return {
      id,
      name: textAt(file, "name") ?? id,
      mimetype: textAt(file, "mimetype") ?? "",
      size: numberAt(file, "size") ?? 0,
      ...(size === undefined ? {} : { original_w: size.width, original_h: size.height }),
      preview: `/local/files/${id}`,
    };
  });
}

function toModal({ id, hash, callback_id, title, submit, close, blocks, state }: View) {
  return {
    id,
    hash,
    callback_id,
    title: toText(title) ?? { type: "plain_text" as const, text: "" },
    submit: toText(submit),
    close: toText(close),
    blocks: blocksIn(objectsIn(blocks)),
    state,
  };
}

function toText(value: unknown): api.TextObject | null {
  if (!isObject(value)) {
    return null;
  }
  const type = value["type"] === "mrkdwn" ? "mrkdwn" : "plain_text";
  return { type, text: String(value["text"]) };
}
