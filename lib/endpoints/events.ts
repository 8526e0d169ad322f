import type { Logger } from "../logger.ts";
import type { Door, SharedPorts } from "../ports.ts";
import { inspectChallenge, parseEventsPayload } from "../slack/payloads.ts";
import { readRetryNum, readUnsignedBody } from "../slack/request.ts";
import { readVerified } from "./read-verified.ts";
import { emptyResponse } from "./route.ts";

/**
 * The Events API's Request URL. Most messages have no file, so the door is opened for one that has.
 */
export async function serveEvents(
  ports: SharedPorts & { openDoor: () => Promise<Door> },
  request: Request,
): Promise<Response> {
  const { logger } = ports;
  const payload = parseEventsPayload(await readVerified(ports, request));
  switch (payload.type) {
    case "url_verification":
      return answerChallenge(payload.challenge);
    case "app_rate_limited":
      logger.warn("events.rate_limited");
      return emptyResponse(200);
    case "message": {
      const { channelId, ts } = payload.message;
      const loading = import("../listeners/message.ts");
      const [door, { onMessage }] = await Promise.all([ports.openDoor(), loading]);
      const outcome = await onMessage(door, payload.message);
      if (outcome !== "ignored") {
        const retryNum = readRetryNum(request);
        logger.info("message.answered", { channel: channelId, ts, outcome, retryNum });
        const { unreadableFiles: count } = payload;
        if (count !== undefined) {
          logger.warn("files.unreadable", { channel: channelId, ts, count });
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
