import { describeError } from "../logger.ts";
import type { WorkPorts } from "../ports.ts";
import type { Reply } from "../records/record.ts";
import { SlackApiError } from "../slack/api-call.ts";

/**
 * Deletes posted messages that are not part of the reply after all. Messages that Slack refuses to
 * delete stay.
 */
export async function deleteReplies(
  { slack, logger, budget }: WorkPorts,
  { channelId, ts }: Reply,
): Promise<void> {
  for (const surplus of ts) {
    try {
      await slack.deleteMessage({ channelId, ts: surplus }, { deadlineMs: budget.showUntilMs });
    } catch (error) {
      if (!(error instanceof SlackApiError) || !UNDELETABLE.has(error.code)) {
        throw error;
      }
      logger.warn("reply.left", { reply: surplus, error: describeError(error) });
    }
  }
}

/** https://docs.slack.dev/reference/methods/chat.delete#errors */
const UNDELETABLE: ReadonlySet<string> = new Set([
  "cant_delete_message",
  "compliance_exports_prevent_deletion",
]);
