import { onMessage } from "../listeners/message.ts";
import type { Door } from "../ports.ts";
import { parseEventsPayload } from "../slack/payloads.ts";
import { readRetryNum } from "../slack/request.ts";
import { readVerified } from "./read-verified.ts";
import { emptyResponse } from "./route.ts";

/** The Events API's Request URL. */
export async function serveEvents(door: Door, request: Request): Promise<Response> {
  const payload = parseEventsPayload(await readVerified(door, request));
  switch (payload.type) {
    case "url_verification":
      return new Response(payload.challenge, { headers: { "content-type": "text/plain" } });
    case "app_rate_limited":
      door.logger.warn("events.rate_limited");
      return emptyResponse(200);
    case "message": {
      const { channelId, ts } = payload.message;
      const outcome = await onMessage(door, payload.message);
      if (outcome !== "ignored") {
        const retryNum = readRetryNum(request);
        door.logger.info("request.answered", { channel: channelId, ts, outcome, retryNum });
      }
      return emptyResponse(outcome === "unavailable" ? 503 : 200);
    }
    case "other":
      return emptyResponse(200);
  }
}
