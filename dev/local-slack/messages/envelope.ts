import { randomBytes, randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import type { Message } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import type { Channel, Workspace } from "../state/workspace.ts";

/** The `event_callback` that the Events API posts for a message. */
export function createMessageEnvelope(
  slack: Slack,
  { message, channel }: { message: Message; channel: Channel },
): JsonObject {
  return createEnvelope(slack, channel, {
    ...withoutThreadCounts(message),
    event_ts: message.ts,
  });
}

/** `message_deleted`, or `message_changed` if a tombstone stays for the replies. Both contain the message before. */
export function createDeletionEnvelope(
  slack: Slack,
  {
    previous,
    tombstone,
    channel,
  }: { previous: Message; tombstone: Message | undefined; channel: Channel },
): JsonObject {
  const ts = slack.clock.nextTs();
  return createEnvelope(slack, channel, {
    type: "message",
    ...(tombstone === undefined
      ? { subtype: "message_deleted", deleted_ts: previous.ts }
      : { subtype: "message_changed", message: withoutThreadCounts(tombstone) }),
    hidden: true,
    previous_message: withoutThreadCounts(previous),
    ts,
    event_ts: ts,
  });
}

function createEnvelope(
  { workspace, clock }: Slack,
  channel: Channel,
  event: JsonObject,
): JsonObject {
  return structuredClone({
    token: "local-verification-token",
    team_id: workspace.teamId,
    context_team_id: workspace.teamId,
    context_enterprise_id: null,
    api_app_id: workspace.appId,
    event: { ...event, channel: channel.id, channel_type: channel.kind },
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
    is_ext_shared_channel: isExternallyShared(workspace, channel),
    event_context: `4-${randomUUID()}`,
  });
}

function isExternallyShared({ users, teamId }: Workspace, { members }: Channel): boolean {
  return [...members].some((id) => (users.get(id)?.teamId ?? teamId) !== teamId);
}

/** Events do not contain the number of replies. */
function withoutThreadCounts(message: Message): JsonObject {
  const counts = new Set(["reply_count", "reply_users", "reply_users_count", "latest_reply"]);
  return Object.fromEntries(Object.entries(message).filter(([key]) => !counts.has(key)));
}
