/** A program of its own: answers one message as a function does, and prints which heavy packages were loaded. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import { startTestStack } from "./stack.ts";

const WARM = ["@aws-sdk/client-s3", "@slack/web-api"];

const [, , image = "", settings = "{}"] = process.argv;
const { cache } = createRequire(import.meta.url);

await using stack = await startTestStack(JSON.parse(settings));
const files =
  image === "" ? [] : [{ name: image, bytes: await readFile(new URL(image, import.meta.url)) }];
const { envelope } = stack.slack.postMessage({ channel: "images", text: "Hello", files });
const { status } = await stack.send(envelope);
const atAnswer = listPackages();
await stack.drain();
const afterWork = listPackages();
/** An instance warms up after its first answer. */
for (let tick = 0; tick < 4000 && !WARM.every((name) => listPackages().includes(name)); tick += 1) {
  await setTimeout(50);
}
process.stdout.write(
  JSON.stringify({ status, atAnswer, packages: afterWork, warm: listPackages() }),
);

function listPackages(): string[] {
  const packages = Object.keys(cache).flatMap(
    (file) => /\/node_modules\/((?:@aws-sdk|@img|@napi-rs|@slack)\/[^/]+)\//u.exec(file)?.[1] ?? [],
  );
  return [...new Set(packages)];
}
