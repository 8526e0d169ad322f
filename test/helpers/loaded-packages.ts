// Run on its own: answers one message as a function does and prints which packages that loaded.
import { createRequire } from "node:module";
import { startTestStack } from "./stack.ts";

const [, , payload = "{}"] = process.argv;
const { cache } = createRequire(import.meta.url);

await using stack = await startTestStack();
const { status } = await stack.send(JSON.parse(payload));
await stack.drain();
const packages = Object.keys(cache).flatMap(
  (file) => /\/node_modules\/(@aws-sdk\/[^/]+|@slack\/[^/]+)\//u.exec(file)?.[1] ?? [],
);
process.stdout.write(JSON.stringify({ status, packages: [...new Set(packages)] }));
