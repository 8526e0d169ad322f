import { fileURLToPath } from "node:url";
import { startFunctions } from "./functions.ts";
import { keepLogs } from "./keep-logs.ts";
import { postImages } from "./post-images.ts";
import { findImageUrls, renderThread } from "./print-thread.ts";
import { createSlackControl } from "./slack-control.ts";
import { startStack } from "./stack.ts";
import { startVercelDev } from "./vercel-dev.ts";

const LOG_FILE = new URL("../.local/functions.log", import.meta.url);

const SAMPLES = ["sunrise.jpg", "logo-transparent.png"].map((name) =>
  fileURLToPath(new URL(`samples/${name}`, import.meta.url)),
);

const stack = await startStack();
const isVercel = process.argv.includes("--vercel");
const functions = isVercel ? await startVercelDev(stack) : await startInProcess();

console.log(`
  Slack      ${stack.slack.origin}   strict, local, no account needed
  S3         ${stack.s3.endpoint}   objects are kept in .local/s3
  Functions  ${functions.origin}   their log is ${isVercel ? "printed here" : ".local/functions.log"}

ready: posting two sample images to #images
`);

const { thread, durationMs } = await postImages(createSlackControl(stack.slack.origin), {
  paths: SAMPLES,
  text: "Two pictures for the front page",
});
console.log(renderThread(thread));
console.log(`${(durationMs / 1000).toFixed(1)} s from the post to the tags. They open in a browser:
${findImageUrls(thread)
  .map((url) => `  ${url}`)
  .join("\n")}

From another terminal:
  npm run post -- photo.jpg another.png              post your own
  npm run slack -- edit --alt "Sunrise over hills"   shortcut, edit, delete, retry, slash
Stop with Ctrl+C.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stop());
}

async function startInProcess() {
  Object.assign(process.env, stack.env);
  keepLogs(LOG_FILE);
  return startFunctions({ port: stack.functionsPort });
}

async function stop(): Promise<void> {
  await functions[Symbol.asyncDispose]();
  await stack.close();
  process.exit(0);
}
