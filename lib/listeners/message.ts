import type { Config } from "../config.ts";
import { mayBeImage } from "../slack/file.ts";
import { isStranger, type SlackMessage } from "../slack/payloads.ts";
import { messageRef } from "../storage/object-key.ts";
import type { UploadRequest } from "../uploads/claim-upload.ts";
import type { ListenerContext } from "./context.ts";

/** `accepted`: the record is stored, the upload goes on. `unavailable`: Slack had better deliver again. */
export type MessageOutcome = "ignored" | "accepted" | "unavailable";

export type MessageListener = (message: SlackMessage) => Promise<MessageOutcome>;

/** Images that somebody posts in a channel. */
export function createMessageListener(context: ListenerContext): MessageListener {
  const { config, claims, accept } = context;

  return async function onMessage(message) {
    const request = matchImageMessage(message, config);
    if (request === undefined) {
      return "ignored";
    }
    const { outcome } = await accept(claims.claim(request), async (claim) => {
      if (claim?.isOurs === true) {
        const { uploadImages } = await context.services();
        await uploadImages(claim);
      }
    });
    return outcome;
  };
}

/** The upload of the message's images, or `undefined` when it is not ours to act on. */
export function matchImageMessage(
  message: SlackMessage,
  config: Config,
): UploadRequest | undefined {
  const homeTeamIds = config.allowExternalUsers ? undefined : message.homeTeamIds;
  const isOurs =
    config.autoUpload &&
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
    ref: messageRef(message),
    teamId,
    source: { type: "message", channelId, ts, threadTs },
    uploader: message.userId,
    homeTeamIds,
    files,
  };
}

/**
 * Of what people post; `message_changed` and the like repeat what was posted before. Files decide, not
 * `file_share`: it is missing from some messages that have them (slackapi/java-slack-sdk#664).
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
