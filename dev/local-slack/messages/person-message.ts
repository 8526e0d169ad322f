import { randomUUID } from "node:crypto";
import { type NewFile, storeFile } from "../files/file-store.ts";
import type { JsonObject } from "../json.ts";
import { appendMessage, findMessage, type Message } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import { type Channel, requireChannel, requireUser } from "../state/workspace.ts";
import { createMessageEnvelope } from "./envelope.ts";

export interface NewMessage {
  /** Id or name. */
  channel: string;
  /** Id or name. The default is the first person of the workspace. */
  user?: string | undefined;
  text?: string | undefined;
  threadTs?: string | undefined;
  files?: readonly NewFile[];
  /** The default is `file_share` for a message with files. `null` sets none. */
  subtype?: string | null;
  /** For a forwarded message, for example: `[{ files: […] }]`. */
  attachments?: JsonObject[];
}

export interface PostedMessage {
  message: Message;
  /** The event that Slack would post. It is a copy, so tests may change it. */
  envelope: JsonObject;
}

/** Posts as a person. The app is not told. */
export function postAsPerson(slack: Slack, message: NewMessage): PostedMessage {
  const { state, clock } = slack;
  const channel = requireChannel(slack.workspace, message.channel);
  const user = requireUser(slack.workspace, message.user);
  const files = (message.files ?? []).map((file) => storeFile(slack, file, { user, channel }));
  const ts = clock.nextTs();
  const posted: Message = {
    type: "message",
    ...contentOf(message.text ?? ""),
    ...(files.length === 0
      ? { team: user.teamId }
      : { files: files.map((file) => file.shown), upload: false, display_as_bot: false }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    user: user.id,
    ts,
    client_msg_id: randomUUID(),
    ...threadOf(slack, channel, message.threadTs),
    ...subtypeOf(message),
  };
  appendMessage(state.messages, channel.id, posted);
  return { message: posted, envelope: createMessageEnvelope(slack, { message: posted, channel }) };
}

/** Slack's composer puts typed text with entities into `text`, and unchanged into a `rich_text` block. */
function contentOf(text: string): Pick<Message, "text" | "blocks"> {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (text === "") {
    return { text: "" };
  }
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { text: escaped, blocks: [{ type: "rich_text", block_id: "ba4", elements: [section] }] };
}

function threadOf(slack: Slack, channel: Channel, threadTs: string | undefined): Partial<Message> {
  if (threadTs === undefined) {
    return {};
  }
  const parent = findMessage(slack.state.messages, channel.id, threadTs);
  if (parent === undefined) {
    throw new RangeError(`Cannot find message ${threadTs} to reply to`);
  }
  return {
    thread_ts: threadTs,
    ...(parent.user === undefined ? {} : { parent_user_id: parent.user }),
  };
}

function subtypeOf({ subtype, files = [] }: NewMessage): Pick<Message, "subtype"> {
  const chosen = subtype === undefined && files.length > 0 ? "file_share" : subtype;
  return typeof chosen === "string" ? { subtype: chosen } : {};
}
