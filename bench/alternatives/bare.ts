import { claimOf } from "./claim.ts";
import { putByHand } from "./put-by-hand.ts";
import { readEvent } from "./read-event.ts";

/** The least that can be answered: it reads, verifies and parses, and claims a message with images. */
export async function POST(request: Request): Promise<Response> {
  const payload = await readEvent(request);
  if (payload === undefined) {
    return new Response(null, { status: 401 });
  }
  if (payload.type === "url_verification") {
    return new Response(payload.challenge, { headers: { "content-type": "text/plain" } });
  }
  if (payload.event?.files !== undefined) {
    await Promise.all(
      claimOf(payload).map(({ key, body }) => putByHand(key, Buffer.from(body), JSON_TYPE)),
    );
  }
  return new Response(null);
}

const JSON_TYPE = "application/json";
