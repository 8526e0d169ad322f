import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import sharp from "sharp";
import { startLocalS3 } from "../dev/local-s3/server.ts";
import { startLocalSlack } from "../dev/local-slack/server.ts";
import { readPort } from "../dev/stack/free-port.ts";
import { environmentOf, QUIET } from "../dev/stack/stack.ts";
import manifest from "../manifest.json" with { type: "json" };
import { countCalls } from "./count-calls.ts";
import { type Posting, type Reply, readOrder, type SignedRequest } from "./orders.ts";
import { storeRecords } from "./store-records.ts";

/**
 * Runs Slack and S3 in a process of their own, with a round trip of `LATENCY_MS`, so that their work is in nobody's
 * figures. Each message from the parent process is an order, and is answered.
 */

const latencyMs = Number(process.env["LATENCY_MS"] ?? 0);
const slack = await startLocalSlack({ manifest });
const s3 = await startLocalS3();
const farSlack = await openFarAway(slack.origin);
const farS3 = await openFarAway(s3.endpoint);
const images = new Map<number, Promise<Buffer>>();
const CHANNEL = "images";
let seen = { slack: 0, s3: 0 };

process.on("message", (message) => {
  void answer(message).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());
process.send?.({
  ...environmentOf(slack, s3),
  ...QUIET,
  SLACK_API_URL: `${farSlack}/api/`,
  S3_ENDPOINT: farS3,
});

async function answer(message: unknown): Promise<Reply> {
  const order = readOrder(message);
  switch (order.order) {
    case "post": {
      const requests = [];
      for (let index = 0; index < order.count; index += 1) {
        requests.push(await makeRequest(order));
      }
      return { requests };
    }
    case "count": {
      const calls = countCalls({
        slack: slack.requests.slice(seen.slack),
        s3: s3.requests.slice(seen.s3),
      });
      seen = { slack: slack.requests.length, s3: s3.requests.length };
      return calls;
    }
    case "store":
      storeRecords(s3, { teamId: slack.teamId, channelId: channelId() }, order.records);
      return {};
    case "edit":
      slack.requestUrls = {
        events: `${order.origin}/api/slack/events`,
        interactivity: `${order.origin}/api/slack/interactivity`,
        commands: `${order.origin}/api/slack/commands`,
      };
      return { shownMs: await edit(order.ts) };
  }
}

async function makeRequest({
  kind,
  images: count = 1,
  sizeBytes = 0,
}: Posting): Promise<SignedRequest> {
  if (kind === "url_verification") {
    return sign(
      JSON.stringify({ token: "t", challenge: randomBytes(24).toString("hex"), type: kind }),
    );
  }
  const jpeg = kind === "image" ? await imageOf(sizeBytes) : undefined;
  const files = jpeg && Array.from({ length: count }, (_, index) => fileOf(index, jpeg));
  const text =
    files === undefined ? "Good morning, has anybody seen the new office? ".repeat(5) : "";
  const { message, envelope } = slack.postMessage({
    channel: CHANNEL,
    text,
    ...(files !== undefined && { files }),
  });
  const request = sign(JSON.stringify(envelope).replaceAll(slack.origin, farSlack), message.ts);
  return kind === "bad_signature"
    ? { ...request, headers: { ...request.headers, "x-slack-signature": `v0=${"0".repeat(64)}` } }
    : request;
}

function channelId(): string {
  const channel = [...slack.state.channels.values()].find(({ name }) => name === CHANNEL);
  return channel?.id ?? "";
}

function fileOf(index: number, bytes: Buffer) {
  return { name: `${index}.jpg`, bytes };
}

function sign(body: string, ts = ""): SignedRequest {
  return { ts, body, headers: { "content-type": "application/json", ...slack.sign(body) } };
}

/** Noise takes about one byte per pixel. */
function imageOf(sizeBytes: number): Promise<Buffer> {
  const known = images.get(sizeBytes);
  if (known !== undefined) {
    return known;
  }
  const side = Math.round(Math.sqrt(sizeBytes));
  const raw = { width: side, height: side, channels: 3 } as const;
  const made = sharp(randomBytes(side * side * 3), { raw })
    .jpeg({ quality: 72 })
    .toBuffer();
  images.set(sizeBytes, made);
  return made;
}

/** Writes another description as a person would, and returns how long it took from Save until the thread showed it. */
async function edit(ts: string): Promise<number> {
  const reply = slack.thread(CHANNEL, ts).find(({ bot_id }) => bot_id !== undefined);
  await slack.pressButton({ channel: CHANNEL, ts: reply?.ts ?? "", actionId: "edit_tags" });
  const view = await until(() => {
    const front = slack.viewOf();
    return front?.submit === null ? undefined : front;
  });
  const field = JSON.stringify(view.blocks).match(/"block_id":"(alt:[^"]+)"/u)?.[1] ?? "";
  const before = slack.requests.length;
  const startMs = performance.now();
  await slack.submitView({ viewId: view.id, values: { [field]: randomBytes(8).toString("hex") } });
  await until(() => slack.requests.slice(before).find(({ method }) => method === "chat.update"));
  return performance.now() - startMs;
}

async function until<Value>(find: () => Value | undefined): Promise<Value> {
  for (;;) {
    const found = find();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Opens a proxy to `origin` that delays every byte. Without a latency there is none. */
async function openFarAway(origin: string): Promise<string> {
  if (latencyMs === 0) {
    return origin;
  }
  const { port, hostname } = new URL(origin);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    delay(near, far);
    delay(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${readPort(server.address())}`;
}

function delay(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (chunk) => setTimeout(() => to.write(chunk), latencyMs / 2));
  from.on("close", () => setTimeout(() => to.destroy(), latencyMs / 2));
  from.on("error", () => to.destroy());
}
