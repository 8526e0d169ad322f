import { onMessage } from "../listeners/message.ts";
import type { Logger } from "../logger.ts";
import type { Door } from "../ports.ts";
import { inspectChallenge, parseEventsPayload } from "../slack/payloads.ts";
import { readRetryNum, readUnsignedBody } from "../slack/request.ts";
import { readVerified } from "./read-verified.ts";
import { emptyResponse } from "./route.ts";

/** The Events API's Request URL. */
export async function serveEvents(door: Door, request: Request): Promise<Response> {
  const payload = parseEventsPayload(await readVerified(door, request));
  switch (payload.type) {
    case "url_verification":
      return answerChallenge(payload.challenge);
    case "app_rate_limited":
      door.logger.warn("events.rate_limited");
      return emptyResponse(200);
    case "message": {
      const { channelId, ts } = payload.message;
      const outcome = await onMessage(door, payload.message);
      if (outcome !== "ignored") {
        const retryNum = readRetryNum(request);
        door.logger.info("message.answered", { channel: channelId, ts, outcome, retryNum });
        const { unreadableFiles: count } = payload;
        if (count !== undefined) {
          door.logger.warn("files.unreadable", { channel: channelId, ts, count });
        }
      }
      return emptyResponse(outcome === "unavailable" ? 503 : 200);
    }
    case "other":
      return emptyResponse(200);
  }
}

/**
 * Serves the same URL while no signing secret is set. Slack checks the address when the app is
 * created from its manifest, and only then shows the secret. Everything but the challenge is
 * refused.
 */
export async function serveChallenge(
  { logger, refuse }: { logger: Logger; refuse: () => Promise<Response> },
  request: Request,
): Promise<Response> {
  const challenge = inspectChallenge(await readUnsignedBody(request));
  if (challenge === undefined) {
    return refuse();
  }
  logger.info("challenge.answered", { isSigned: false });
  return answerChallenge(challenge);
}

function answerChallenge(challenge: string): Response {
  return new Response(challenge, { headers: { "content-type": "text/plain" } });
}
