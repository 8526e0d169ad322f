// @ts-check
/** Plain JavaScript, because a loader would be part of the start. Reads a request from stdin and writes to descriptor 3. */
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { takeCoverage } from "node:v8";

const processMs = performance.now();
const [, , file = ""] = process.argv;
const { body, headers } = JSON.parse(readFileSync(0, "utf8"));
Reflect.set(globalThis, Symbol.for("@vercel/request-context"), {
  get: () => ({ waitUntil: () => undefined }),
});
/** On Vercel, the launcher has made the request before it loads the function. */
const request = new Request("https://app.example.com/", { method: "POST", body, headers });
const startMs = performance.now();
const { POST } = await import(pathToFileURL(file).href);
const { status } = await POST(request);
const ackMs = performance.now() - startMs;
takeCoverage();
writeSync(3, JSON.stringify({ status, processMs, ackMs }));
process.exit();
