import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Messages } from "../i18n/en.ts";
import type { Logger } from "../logger.ts";
import type { SlackClient } from "../slack/web-client.ts";
import type { UploadClaims } from "../uploads/claim-upload.ts";
import type { DeleteImage } from "../uploads/delete-image.ts";
import type { ReplyPublisher } from "../uploads/publish-reply.ts";
import type { RecordStore } from "../uploads/record-store.ts";
import type { UploadImages } from "../uploads/upload-images.ts";
import type { Accept, InBackground } from "./background.ts";
import type { Modals } from "./modals.ts";

/** What every listener has at hand. */
export interface ListenerContext {
  config: Config;
  messages: Messages;
  claims: UploadClaims;
  records: RecordStore;
  accept: Accept;
  inBackground: InBackground;
  /** Loaded with the first work behind an answer: the SDKs are heavy. */
  services: () => Promise<Services>;
  clock: Clock;
  logger: Logger;
}

export interface Services {
  slack: SlackClient;
  modals: Modals;
  uploadImages: UploadImages;
  reply: ReplyPublisher;
  deleteImage: DeleteImage;
}

/** A sentence that only one person sees, below what they pressed. */
export async function tellPrivately(
  { services, clock }: Pick<ListenerContext, "services" | "clock">,
  whisper: {
    channelId: string | undefined;
    threadTs?: string | undefined;
    userId: string;
    text: string;
  },
): Promise<void> {
  const { slack } = await services();
  const { channelId } = whisper;
  if (channelId !== undefined) {
    await slack.postEphemeral({ ...whisper, channelId }, { deadlineMs: replyDeadline(clock) });
  }
}

/** Epoch ms: how long work that one person waits for may wait for Slack. */
export function replyDeadline(clock: Clock): number {
  return clock.now() + PATIENCE_MS;
}

const PATIENCE_MS = 60_000;
