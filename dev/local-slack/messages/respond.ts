import { flagAt, type JsonObject, textAt } from "../json.ts";
import { findMessage, type Message, removeMessage } from "../state/message-store.ts";
import type { ResponseUrl, Slack } from "../state/slack.ts";
import type { Channel } from "../state/workspace.ts";
import { editBotMessage, postAsBot, postEphemeralAsBot } from "./bot-message.ts";
import { readContent } from "./message-content.ts";

/** Carries out a post to a `response_url`. The answer to a slash command has the same form. */
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
  postEphemeralAsBot(slack, content, { channel, threadTs, to: userId });
}

/** The app can replace or delete only its own messages. */
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
