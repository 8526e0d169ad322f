import { flagAt, type JsonObject, textAt } from "../../json.ts";
import { missingScope, Refusal } from "../../refusal.ts";
import { findMessage, threadOf, topLevelOf } from "../../state/message-store.ts";
import type { Slack } from "../../state/slack.ts";
import { type Channel, channelReference } from "../../state/workspace.ts";
import { type Method, requiredChannel, requiredText } from "./method.ts";
import { pageOf, withinRange, withoutMetadata } from "./paging.ts";

const SCOPE_STEMS = { channel: "channels", group: "groups", im: "im", mpim: "mpim" } as const;
const STEMS = Object.values(SCOPE_STEMS);
const HISTORY_SCOPES = STEMS.map((stem) => `${stem}:history`);
const READ_SCOPES = STEMS.map((stem) => `${stem}:read`);

export const conversationMethods: Readonly<Record<string, Method>> = {
  "conversations.history": { scopes: HISTORY_SCOPES, run: history },
  "conversations.replies": { scopes: HISTORY_SCOPES, run: replies },
  "users.conversations": { scopes: READ_SCOPES, run: listOwnChannels },
};

/** Newest first, including tombstones. The bot must be a member, even of a public channel. */
function history(slack: Slack, args: JsonObject): JsonObject {
  const channel = readableChannel(slack, args);
  const messages = topLevelOf(slack.state.messages, channel.id)
    .filter(withinRange(args))
    .toReversed();
  const { items, more } = pageOf(messages, args, { limit: 100 });
  return { messages: items.map(withoutMetadata(args)), pin_count: 0, ...more };
}

/** Oldest first. Each page begins with the parent. The `ts` of a reply returns only that reply. */
function replies(slack: Slack, args: JsonObject): JsonObject {
  const channel = readableChannel(slack, args);
  const ts = textAt(args, "ts");
  const first = ts === undefined ? undefined : findMessage(slack.state.messages, channel.id, ts);
  if (first === undefined) {
    throw new Refusal("thread_not_found");
  }
  const rest = threadOf(slack.state.messages, channel.id, first.ts)
    .filter((message) => message !== first)
    .filter(withinRange(args));
  const { items, more } = pageOf(rest, args, { limit: 1000 });
  return { messages: [first, ...items].map(withoutMetadata(args)), ...more };
}

function readableChannel(slack: Slack, args: JsonObject): Channel {
  requiredText(args, "channel");
  const channel = requiredChannel(slack, args);
  const scope = `${SCOPE_STEMS[channel.kind]}:history`;
  const granted = slack.workspace.manifest.scopes;
  if (!granted.has(scope)) {
    throw missingScope(scope, granted);
  }
  if (!channel.members.has(slack.workspace.botUserId)) {
    throw new Refusal("not_in_channel");
  }
  return channel;
}

const KINDS_BY_TYPE = {
  public_channel: "channel",
  private_channel: "group",
  im: "im",
  mpim: "mpim",
} as const;

/** The conversations that the bot is in. */
function listOwnChannels(slack: Slack, args: JsonObject): JsonObject {
  const types = (textAt(args, "types") ?? "public_channel").split(",").map((type) => type.trim());
  const kinds = types.map((type) => {
    const known = Object.entries(KINDS_BY_TYPE).find(([name]) => name === type);
    if (known === undefined) {
      throw new Refusal("invalid_types");
    }
    return known[1];
  });
  const { channels, botUserId, manifest } = slack.workspace;
  for (const kind of kinds) {
    if (!manifest.scopes.has(`${SCOPE_STEMS[kind]}:read`)) {
      throw missingScope(`${SCOPE_STEMS[kind]}:read`, manifest.scopes);
    }
  }
  const seen = [...channels.values()].filter(
    (channel) =>
      kinds.includes(channel.kind) &&
      channel.members.has(botUserId) &&
      !(flagAt(args, "exclude_archived") && channel.isArchived),
  );
  const { items, more } = pageOf(seen, args, { limit: 100 });
  return { channels: items.map((channel) => describe(slack, channel)), ...more };
}

function describe({ workspace }: Slack, channel: Channel): JsonObject {
  const { id, name, kind, isArchived, members } = channel;
  if (kind === "im") {
    return { id, is_im: true, is_archived: isArchived, user: [...members][0], is_open: true };
  }
  return {
    id,
    name: kind === "mpim" ? channelReference(channel).name : name,
    is_channel: kind === "channel",
    is_group: kind === "group",
    is_im: false,
    is_mpim: kind === "mpim",
    is_private: kind !== "channel",
    is_archived: isArchived,
    is_general: name === "general",
    is_ext_shared: false,
    is_shared: false,
    is_member: true,
    context_team_id: workspace.teamId,
  };
}
