import { createGiveWay } from "./give-way.ts";
import { createAttempt } from "./images/codecs/attempt-step.ts";
import { createImageCodec } from "./images/codecs/image-codec.ts";
import type { Health, SharedPorts, WorkPorts } from "./ports.ts";
import { openState } from "./records/open-state.ts";
import type { Writes } from "./records/record-store.ts";
import { createCoalesce } from "./replies/coalesce.ts";
import { createFileDownload } from "./slack/file-download.ts";
import { createRespond } from "./slack/response-url.ts";
import { createWebClient } from "./slack/web-client.ts";
import { openCdn } from "./storage/cloudfront.ts";
import { openBucket } from "./storage/open-bucket.ts";
import { TIME_PLAN } from "./time-plan.ts";
import { createTurns } from "./turns.ts";

/** Makes the ports of the background work. This file is loaded after the answer has left. */
export function createWorkPorts(
  shared: SharedPorts & Pick<WorkPorts, "settingsFor">,
  { health, writes }: { health: Health; writes: Writes },
): Omit<WorkPorts, "budget"> {
  const { config, clock, logger } = shared;
  const { s3, slack, maxImageBytes: maxBytes } = config;
  const { botToken, apiUrl, extraFileOrigins: extraOrigins } = slack;
  const timeoutMs = TIME_PLAN.downloadMs;
  return {
    ...shared,
    health,
    ...openState(shared, { writes, maxSockets: STATE_SOCKETS }),
    slack: createWebClient({ botToken, apiUrl, clock }),
    respond: createRespond({ extraOrigins, clock }),
    downloadFile: createFileDownload({ botToken, extraOrigins, maxBytes, timeoutMs, clock }),
    images: openBucket(s3, { bucket: s3.bucket, clock, logger }),
    cdn: openCdn(config, clock),
    codec: createImageCodec(),
    attempt: createAttempt({ clock, logger }),
    giveWay: createGiveWay(),
    uploads: createTurns(UPLOADS_AT_ONCE),
    bytesInFlight: createTurns(FILES_IN_FLIGHT * maxBytes),
    showing: createCoalesce(),
  };
}

/** Enough for the records of all uploads, and for what people do in the meantime. */
const STATE_SOCKETS = 200;
/** More uploads at once would not finish sooner, but would slow down answers. */
const UPLOADS_AT_ONCE = 24;
/** How many files of `MAX_IMAGE_BYTES` a process holds at once. Smaller files count less. */
export const FILES_IN_FLIGHT = 4;
