// Run on its own: answers one message as a function does and prints which heavy packages that loaded.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { startTestStack } from "./stack.ts";

const [, , image = "", settings = "{}"] = process.argv;
const { cache } = createRequire(import.meta.url);

await using stack = await startTestStack(JSON.parse(settings));
const files =
  image === "" ? [] : [{ name: image, bytes: await readFile(new URL(image, import.meta.url)) }];
const { envelope } = stack.slack.postMessage({ channel: "images", text: "Hello", files });
const { status } = await stack.send(envelope);
await stack.drain();
const packages = Object.keys(cache).flatMap(
  (file) => /\/node_modules\/((?:@aws-sdk|@img|@napi-rs|@slack)\/[^/]+)\//u.exec(file)?.[1] ?? [],
);
process.stdout.write(JSON.stringify({ status, packages: [...new Set(packages)] }));
