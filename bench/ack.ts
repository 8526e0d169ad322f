import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { endWithReader } from "../dev/terminal/command.ts";
import { createApp } from "../lib/app.ts";
import { verifySignature } from "../lib/slack/signature.ts";

/**
 * Measures the cost of a message without images and of a health check, each against an alternative in the same run:
 *   warm   the whole route, against only reading the body, verifying its signature and parsing its JSON
 *   health a health check, against making the same response
 *   cold   importing the app, against importing it together with both SDKs
 * `npm run bench`
 */

const SECRET = "bench-secret";
const ENV = {
  SLACK_SIGNING_SECRET: SECRET,
  SLACK_BOT_TOKEN: "xoxb-bench",
  S3_BUCKET: "bench",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  PUBLIC_BASE_URL: "https://cdn.example.com",
};
const BODY = JSON.stringify({
  type: "event_callback",
  team_id: "T1",
  api_app_id: "A1",
  event: {
    type: "message",
    text: "Good morning! ".repeat(20),
    user: "U1",
    channel: "C1",
    ts: "1764000001.000100",
  },
  authorizations: [{ team_id: "T1", user_id: "U0BOT", is_bot: true }],
});
const ROUNDS = 5000;
const COLD_STARTS = 7;

endWithReader();
const print = console.log;
const sink = openSync(devNull, "w");
/** The app's log is written, but nobody reads it. */
console.log = (line: string) => void writeSync(sink, `${line}\n`);
const app = createApp(ENV);

const floor = await medianMicroseconds(async () => {
  const request = signedRequest();
  const rawBody = Buffer.from(await request.arrayBuffer());
  const timestamp = request.headers.get("x-slack-request-timestamp");
  const signature = request.headers.get("x-slack-signature");
  const nowMs = Date.now();
  verifySignature({ timestamp, signature, rawBody }, { signingSecrets: [SECRET], nowMs });
  JSON.parse(rawBody.toString("utf8"));
});
const route = await medianMicroseconds(async () => {
  await app.events(signedRequest());
});
report("warm ack", {
  measured: route,
  alternative: floor,
  unit: "µs",
  against: "signature and JSON only",
});
const bare = await medianMicroseconds(async () => {
  Response.json({ ok: true });
});
const health = await medianMicroseconds(async () => {
  app.health();
});
report("health check", {
  measured: health,
  alternative: bare,
  unit: "µs",
  against: "its response only",
});

const lazy = medianImport(["../lib/app.ts"]);
const eager = medianImport(["../lib/app.ts", "@aws-sdk/client-s3", "@slack/web-api"]);
report("cold import", {
  measured: lazy,
  alternative: eager,
  unit: "ms",
  against: "with both SDKs",
});

function report(
  name: string,
  result: { measured: number; alternative: number; unit: string; against: string },
): void {
  const { measured, alternative, unit, against } = result;
  const ratio = (measured / alternative).toFixed(2);
  print(
    `${name}: ${measured.toFixed(1)} ${unit}, ${ratio} × ${against} (${alternative.toFixed(1)} ${unit})`,
  );
}

function signedRequest(): Request {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHmac("sha256", SECRET).update(`v0:${timestamp}:${BODY}`).digest("hex");
  return new Request("https://app.example.com/api/slack/events", {
    method: "POST",
    body: BODY,
    headers: { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` },
  });
}

async function medianMicroseconds(work: () => Promise<void>): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await work();
    samples.push((performance.now() - startMs) * 1000);
  }
  return median(samples);
}

/** Imports in a new process each time, and excludes the start of the process. */
function medianImport(modules: readonly string[]): number {
  const imports = modules.map((name) => `await import(${JSON.stringify(resolve(name))});`).join("");
  const script = `const start = performance.now(); ${imports} console.log(performance.now() - start);`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  return median(
    Array.from({ length: COLD_STARTS }, () =>
      Number(execFileSync(process.execPath, args, { encoding: "utf8", env })),
    ),
  );
}

function resolve(name: string): string {
  return name.startsWith(".") ? new URL(name, import.meta.url).href : import.meta.resolve(name);
}

function median(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
