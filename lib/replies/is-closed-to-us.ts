import { SlackApiError } from "../slack/api-call.ts";

/**
 * Whether the conversation no longer accepts a reply. Retrying forever is pointless then: the
 * images are stored.
 */
export function isClosedToUs(error: unknown): boolean {
  return error instanceof SlackApiError && CLOSED_TO_US.has(error.code);
}

/**
 * The app was removed, the channel archived or read-only, the thread deleted, or the direct message
 * switched off.
 */
const CLOSED_TO_US: ReadonlySet<string> = new Set([
  "cannot_reply_to_message",
  "channel_not_found",
  "is_archived",
  "is_inactive",
  "message_not_found",
  "messages_tab_disabled",
  "not_in_channel",
  "restricted_action",
  "restricted_action_non_threadable_channel",
  "restricted_action_read_only_channel",
  "restricted_action_thread_locked",
  "restricted_action_thread_only_channel",
  "thread_not_found",
  "user_disabled",
  "user_not_found",
]);
