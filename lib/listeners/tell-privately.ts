import type { Messages } from "../i18n/en.ts";
import type { WorkPorts } from "../ports.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { TIME_PLAN } from "../time-plan.ts";

/** Shows a sentence to one person only, in the conversation where they acted. */
export async function tellPrivately(
  { slack, respond, settingsFor, clock }: WorkPorts,
  { responseUrl, channelId, say, ...person }: Whisper,
): Promise<void> {
  if (channelId === undefined) {
    return;
  }
  const { messages } = await settingsFor(channelId);
  const text = say(messages);
  try {
    await slack.postEphemeral(
      { ...person, channelId, text },
      { deadlineMs: clock.now() + TIME_PLAN.patienceMs },
    );
  } catch (error) {
    const isOutside = error instanceof SlackApiError && NOT_A_MEMBER.has(error.code);
    if (responseUrl === undefined || !isOutside) {
      throw error;
    }
    await respond(responseUrl, text);
  }
}

/**
 * The app is not in the conversation, such as a direct message between two people or a channel
 * without it.
 */
const NOT_A_MEMBER: ReadonlySet<string> = new Set([
  "channel_not_found",
  "not_in_channel",
  "user_not_in_channel",
]);

export interface Whisper {
  /** Nothing is shown if there is no conversation. */
  channelId: string | undefined;
  threadTs?: string | undefined;
  userId: string;
  /** Picks the sentence from the conversation's catalogue. */
  say: (messages: Messages) => string;
  /** Works for half an hour, even if the app is not in the conversation. */
  responseUrl?: string | undefined;
}
