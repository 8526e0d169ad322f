import type { Logger } from "../logger.ts";
import type { MessageListener } from "../listeners/message.ts";
import { parseEventsPayload } from "../slack/payloads.ts";
import { readRetryNum } from "../slack/request.ts";
import { emptyResponse } from "./route.ts";

export interface EventsDependencies {
  /** The verified body. */
  readRequest: (request: Request) => Promise<string>;
  onMessage: MessageListener;
  logger: Logger;
}

/** The Events API's Request URL. */
export function createEventsEndpoint({ readRequest, onMessage, logger }: EventsDependencies) {
  return async function events(request: Request): Promise<Response> {
    const payload = parseEventsPayload(await readRequest(request));
    switch (payload.type) {
      case "url_verification":
        return new Response(payload.challenge, { headers: { "content-type": "text/plain" } });
      case "app_rate_limited":
        logger.warn("events.rate_limited");
        return emptyResponse(200);
      case "message": {
        const { channelId, ts } = payload.message;
        const outcome = await onMessage(payload.message);
        if (outcome !== "ignored") {
          const retryNum = readRetryNum(request);
          logger.info("request.answered", { channel: channelId, ts, outcome, retryNum });
        }
        return emptyResponse(outcome === "unavailable" ? 503 : 200);
      }
      case "other":
        return emptyResponse(200);
    }
  };
}
