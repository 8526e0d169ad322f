import { randomBytes, randomUUID } from "node:crypto";
import type { JsonObject } from "./json.ts";
import type { Message } from "./message-store.ts";
import type { Slack } from "./slack.ts";
import type { Channel } from "./workspace.ts";

const channelTypes = { channel: "channel", group: "group", im: "im", mpim: "mpim" } as const;

/** The `event_callback` around a message, as the Events API posts it. The event of a shared file has no `team`. */
export function createMessageEnvelope(
  slack: Slack,
  { message, channel }: { message: Message; channel: Channel },
): JsonObject {
  return createEnvelope(slack, channel, {
    ...withoutThreadCounts(message),
    channel: channel.id,
    event_ts: message.ts,
    channel_type: channelTypes[channel.kind],
  });
}

/** `message_changed`, as for an edit or an unfurled link: hidden, with the message before and after. */
export function createChangeEnvelope(
  slack: Slack,
  { message, previous, channel }: { message: Message; previous: Message; channel: Channel },
): JsonObject {
  const ts = slack.clock.nextTs();
  return createEnvelope(slack, channel, {
    type: "message",
    subtype: "message_changed",
    hidden: true,
    message: withoutThreadCounts(message),
    previous_message: withoutThreadCounts(previous),
    channel: channel.id,
    ts,
    event_ts: ts,
    channel_type: channelTypes[channel.kind],
  });
}

function createEnvelope(slack: Slack, channel: Channel, event: JsonObject): JsonObject {
  const { workspace, clock } = slack;
  return structuredClone({
    token: "local-verification-token",
    team_id: workspace.teamId,
    context_team_id: workspace.teamId,
    context_enterprise_id: null,
    api_app_id: workspace.appId,
    event,
    type: "event_callback",
    event_id: `Ev${randomBytes(8).toString("hex").slice(0, 9).toUpperCase()}`,
    event_time: clock.nowSeconds(),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: channel.isExternallyShared,
    event_context: `4-${randomUUID()}`,
  });
}

/** An event does not tell how many replies its message has. */
function withoutThreadCounts(message: Message): JsonObject {
  const counts = new Set(["reply_count", "reply_users", "reply_users_count", "latest_reply"]);
  return Object.fromEntries(Object.entries(message).filter(([key]) => !counts.has(key)));
}
