import { Refusal } from "../refusal.ts";
import { appendMessage, findMessage, type Message } from "../state/message-store.ts";
import type { EphemeralMessage, Slack } from "../state/slack.ts";
import { botProfile, type Channel } from "../state/workspace.ts";
import type { MessageContent } from "./message-content.ts";

interface Placement {
  channel: Channel;
  threadTs?: string | undefined;
}

/** Throws `thread_not_found` if the parent is gone (slackapi/bolt-js#2307). */
export function postAsBot(
  slack: Slack,
  content: MessageContent,
  { channel, threadTs }: Placement,
): Message {
  const { messages } = slack.state;
  const parent = threadTs === undefined ? undefined : findMessage(messages, channel.id, threadTs);
  if (threadTs !== undefined && parent === undefined) {
    throw new Refusal("thread_not_found");
  }
  const message: Message = {
    ...createBotMessage(slack, content),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(parent?.user === undefined ? {} : { parent_user_id: parent.user }),
  };
  appendMessage(messages, channel.id, message);
  return message;
}

/** Posts to one person. Slack does not store such a message in the conversation. */
export function postEphemeralAsBot(
  slack: Slack,
  content: MessageContent,
  { channel, threadTs, to }: Placement & { to: string },
): EphemeralMessage {
  const message = {
    ...createBotMessage(slack, content),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    channel: channel.id,
    to,
  };
  slack.state.ephemerals.push(message);
  return message;
}

/**
 * Text without blocks removes the blocks. Metadata stays unless new metadata is given. `block_mismatch` is documented
 * as "Rich-text blocks cannot be replaced with non-rich-text blocks", so a message with a `rich_text` block must keep
 * one or lose all its blocks. docs.slack.dev/reference/methods/chat.update
 */
export function editBotMessage(slack: Slack, message: Message, content: MessageContent): void {
  const hasRichText = (blocks: Message["blocks"]) =>
    (blocks ?? []).some((block) => block["type"] === "rich_text");
  const { blocks, text } = content;
  if (hasRichText(message.blocks) && (blocks ?? []).length > 0 && !hasRichText(blocks)) {
    throw new Refusal("block_mismatch");
  }
  Object.assign(message, content);
  message.text = text ?? "";
  if (blocks === undefined) {
    delete message.blocks;
  }
  message.edited = {
    user: slack.workspace.botUserId,
    ts: `${slack.clock.nowSeconds()}.000000`,
  };
}

function createBotMessage(slack: Slack, content: MessageContent): Message {
  const { workspace, clock } = slack;
  return {
    type: "message",
    user: workspace.botUserId,
    ts: clock.nextTs(),
    bot_id: workspace.botId,
    app_id: workspace.appId,
    team: workspace.teamId,
    bot_profile: botProfile(workspace),
    ...content,
    text: content.text ?? "",
  };
}
