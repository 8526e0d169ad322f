import type { Config } from "../config.ts";
import type { Door } from "../ports.ts";
import { claimUpload, type UploadRequest } from "../records/claim.ts";
import { messageRef } from "../records/record-ref.ts";
import { mayBeImage } from "../slack/file.ts";
import { isStranger, type SlackMessage } from "../slack/payloads.ts";

/**
 * `accepted`: the promise is stored and the work continues. `unavailable`: Slack should deliver
 * again.
 */
export type Outcome = "ignored" | "accepted" | "unavailable";

/** Handles images that somebody posts in a channel. */
export async function onMessage(door: Door, message: SlackMessage): Promise<Outcome> {
  const request = matchImageMessage(message, door.config);
  if (request === undefined) {
    return "ignored";
  }
  const { autoUpload } = await door.settingsFor(message.channelId);
  if (!autoUpload) {
    return "ignored";
  }
  const { outcome } = await door.accept(claimUpload(door, request), async (work, claim) => {
    if (claim !== undefined) {
      const { keepPromise } = await import("../uploads/keep-promise.ts");
      await keepPromise(work, claim);
    }
  });
  return outcome;
}

/**
 * Builds the upload request for a message's images. `undefined`: the message is not ours to handle.
 */
export function matchImageMessage(
  message: SlackMessage,
  config: Config,
): UploadRequest | undefined {
  const homeTeamIds = config.allowExternalUsers ? undefined : message.homeTeamIds;
  const isOurs =
    isIncluded(message.channelId, config.channelIds) &&
    SUBTYPES.has(message.subtype) &&
    !message.isFromBot &&
    !isStranger(message.senderTeamId, homeTeamIds);
  const files = message.files.filter(
    (file) => mayBeImage(file) && !isStranger(file.teamId, homeTeamIds),
  );
  if (!isOurs || files.length === 0) {
    return undefined;
  }
  const { teamId, channelId, ts, threadTs = ts } = message;
  return {
    intent: "upload",
    ref: messageRef(message),
    teamId,
    source: { type: "message", channelId, ts, threadTs },
    uploader: message.userId,
    homeTeamIds,
    files,
  };
}

/**
 * Subtypes that people post. `message_changed` and the like repeat an earlier message. The files
 * decide, not `file_share`, which some messages with files lack (slackapi/java-slack-sdk#664).
 */
const SUBTYPES: ReadonlySet<string | undefined> = new Set([
  undefined,
  "file_share",
  "me_message",
  "thread_broadcast",
]);

function isIncluded(channelId: string, channelIds: ReadonlySet<string>): boolean {
  return channelIds.size === 0 || channelIds.has(channelId);
}
