import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { describeError, type Logger } from "../logger.ts";
import { isImageFile, isStub } from "../slack/file.ts";
import { isStranger, type SlackMessage } from "../slack/payloads.ts";
import type { Claim, ClaimUpload } from "../uploads/claim-upload.ts";

/** `accepted`: the record is stored, the upload goes on. `unavailable`: Slack had better deliver again. */
export type MessageOutcome = "ignored" | "accepted" | "unavailable";

export type MessageListener = (message: SlackMessage) => Promise<MessageOutcome>;

export interface MessageListenerDependencies {
  config: Config;
  claimUpload: ClaimUpload;
  uploadImages: (claim: Claim) => Promise<void>;
  /** Lets work go on after the answer. It must not reject. */
  runInBackground: (work: Promise<void>) => Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** Images that somebody posts in a channel. */
export function createMessageListener(dependencies: MessageListenerDependencies): MessageListener {
  const { config, claimUpload, uploadImages, runInBackground, clock, logger } = dependencies;

  return async function onMessage(message) {
    const matched = matchImageMessage(message, config);
    if (matched === undefined) {
      return "ignored";
    }
    const claiming = claimUpload(matched);
    // Even when the answer comes too late for Slack, a record that was stored is worked off.
    await runInBackground(work(claiming));
    return settleWithin(claiming, { timeoutMs: CLAIM_TIMEOUT_MS, clock });
  };

  async function work(claiming: Promise<Claim | undefined>): Promise<void> {
    try {
      const claim = await claiming;
      if (claim !== undefined) {
        await uploadImages(claim);
      }
    } catch (error) {
      logger.error("upload.failed", { error: describeError(error) });
    }
  }
}

/** The message with nothing but its images, or `undefined` when it is not ours to act on. */
export function matchImageMessage(message: SlackMessage, config: Config): SlackMessage | undefined {
  const homeTeamIds = config.allowExternalUsers ? undefined : message.homeTeamIds;
  const isOurs =
    config.autoUpload &&
    isIncluded(message.channelId, config.channelIds) &&
    SUBTYPES.has(message.subtype) &&
    !message.isFromBot &&
    !isStranger(message.senderTeamId, homeTeamIds);
  const files = message.files.filter(
    (file) => (isStub(file) || isImageFile(file)) && !isStranger(file.teamId, homeTeamIds),
  );
  return isOurs && files.length > 0 ? { ...message, homeTeamIds, files } : undefined;
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

/** Slack waits 3 s for an answer; the rest is for the way there and back. */
const CLAIM_TIMEOUT_MS = 2500;

function isIncluded(channelId: string, channelIds: ReadonlySet<string>): boolean {
  return channelIds.size === 0 || channelIds.has(channelId);
}

async function settleWithin(
  claiming: Promise<unknown>,
  { timeoutMs, clock }: { timeoutMs: number; clock: Clock },
): Promise<"accepted" | "unavailable"> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      claiming.then(() => "accepted" as const),
      clock.sleep(timeoutMs, settled.signal).then(() => "unavailable" as const),
    ]);
  } catch {
    return "unavailable";
  } finally {
    settled.abort();
  }
}
