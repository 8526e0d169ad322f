import { waitUntil } from "@vercel/functions";
import { putByHand } from "./put-by-hand.ts";
import { type BareEvent, readEvent } from "./read-event.ts";

/**
 * The sequence that no uploader can avoid: it claims the message with one put, downloads each file, stores it, and posts
 * one message with all tags. It looks at no byte of an image, keeps no record, and mends nothing.
 */
export async function POST(request: Request): Promise<Response> {
  const payload = await readEvent(request);
  if (payload?.event === undefined) {
    return new Response(null, { status: 401 });
  }
  await putByHand(`state/${payload.event.ts}.json`, Buffer.from("{}"), "application/json");
  waitUntil(upload(payload.event));
  return new Response(null);
}

async function upload({ channel, ts, files = [] }: NonNullable<BareEvent["event"]>): Promise<void> {
  const authorization = `Bearer ${process.env["SLACK_BOT_TOKEN"]}`;
  const tags = await Promise.all(
    files.map(async ({ url_private_download: url }) => {
      const response = await fetch(url, { headers: { authorization } });
      const key = `images/${crypto.randomUUID()}.jpg`;
      await putByHand(key, Buffer.from(await response.arrayBuffer()), "image/jpeg");
      return `<img src="${process.env["PUBLIC_BASE_URL"]}/${key}" alt="">`;
    }),
  );
  const response = await fetch(`${process.env["SLACK_API_URL"]}chat.postMessage`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ channel, thread_ts: ts, text: tags.join("\n") }),
  });
  await response.arrayBuffer();
}
