import { randomBytes, randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import type { Message } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import type { Channel } from "../state/workspace.ts";

/** The `event_callback` that the Events API posts for a message. */
export function createMessageEnvelope(
  { workspace, clock }: Slack,
  { message, channel }: { message: Message; channel: Channel },
): JsonObject {
  return structuredClone({
    token: "local-verification-token",
    team_id: workspace.teamId,
    context_team_id: workspace.teamId,
    context_enterprise_id: null,
    api_app_id: workspace.appId,
    event: {
      ...withoutThreadCounts(message),
      channel: channel.id,
      event_ts: message.ts,
      channel_type: channel.kind,
    },
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
    is_ext_shared_channel: false,
    event_context: `4-${randomUUID()}`,
  });
}

/** Events do not contain the number of replies. */
function withoutThreadCounts(message: Message): JsonObject {
  const counts = new Set(["reply_count", "reply_users", "reply_users_count", "latest_reply"]);
  return Object.fromEntries(Object.entries(message).filter(([key]) => !counts.has(key)));
}
