import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { startLocalS3 } from "../dev/local-s3/server.ts";
import { startLocalSlack } from "../dev/local-slack/server.ts";
import { environmentOf } from "../dev/stack/stack.ts";
import manifest from "../manifest.json" with { type: "json" };

/**
 * Runs Slack and S3 in a separate process, with a round trip of `LATENCY_MS`. Each message from the parent process posts
 * images, and the answer is a signed event.
 */

const oneWayMs = Number(process.env["LATENCY_MS"] ?? 0) / 2;
const slack = await startLocalSlack({ manifest });
const s3 = await startLocalS3();
const farSlack = await openFarAway(slack.origin);
const farS3 = await openFarAway(s3.endpoint);

process.on("message", (posted: { images: number; bytes: string }) => {
  const bytes = Buffer.from(posted.bytes, "base64");
  const files = Array.from({ length: posted.images }, (_, index) => ({
    name: `${index}.jpg`,
    bytes,
  }));
  const { message, envelope } = slack.postMessage({ channel: "images", files });
  const body = JSON.stringify(envelope).replaceAll(slack.origin, farSlack);
  process.send?.({ ts: message.ts, body, headers: slack.sign(body) });
});
process.on("disconnect", () => process.exit());
process.send?.({
  ...environmentOf(slack, s3),
  SLACK_API_URL: `${farSlack}/api/`,
  S3_ENDPOINT: farS3,
});

/** Opens a proxy to `origin` that delays every byte. */
async function openFarAway(origin: string): Promise<string> {
  const { port, hostname } = new URL(origin);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    delay(near, far);
    delay(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function delay(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (chunk) => setTimeout(() => to.write(chunk), oneWayMs));
  from.on("close", () => setTimeout(() => to.destroy(), oneWayMs));
  from.on("error", () => to.destroy());
}
