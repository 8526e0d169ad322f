import type { Messages } from "../i18n/en.ts";
import type { WorkPorts } from "../ports.ts";
import { SlackApiError } from "../slack/api-call.ts";
import { TIME_PLAN } from "../time-plan.ts";

/** A sentence that only one person sees, below what they pressed. */
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

/** The app is not in the conversation: a direct message between two people, a channel that it was not invited to. */
const NOT_A_MEMBER: ReadonlySet<string> = new Set([
  "channel_not_found",
  "not_in_channel",
  "user_not_in_channel",
]);

export interface Whisper {
  /** Where there is no conversation, nothing is said. */
  channelId: string | undefined;
  threadTs?: string | undefined;
  userId: string;
  /** Picks the sentence, which is in the conversation's language. */
  say: (messages: Messages) => string;
  /** It works where the app is not a member, for half an hour. */
  responseUrl?: string | undefined;
}
