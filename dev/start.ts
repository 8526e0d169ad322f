import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ConfigError } from "../lib/environment.ts";
import { createSlackControl } from "./control/slack-control.ts";
import { postImages } from "./person/post-images.ts";
import { startPlayground } from "./playground/start-playground.ts";
import { findFreePort, PORTS } from "./stack/free-port.ts";
import type { LocalStack } from "./stack/stack.ts";
import { startVercelDev } from "./stack/vercel-dev.ts";
import { runCommand } from "./terminal/command.ts";
import { findImageUrls, renderThread } from "./terminal/render-thread.ts";

const USAGE = `
Starts a local Slack, a local S3, the functions and a page to use them in a browser, posts two sample images and stays up
until Ctrl+C.

  npm start              the functions in this process
  npm run dev            the same; functions and page follow changes of their code
  npm run start:vercel   the functions under \`vercel dev\`

Try settings through the environment: OPTIMIZE=webp TAG_FORMATS=html,picture npm start
`;

const SAMPLES = ["sunrise.jpg", "logo-transparent.png"].map((name) =>
  fileURLToPath(new URL(`samples/${name}`, import.meta.url)),
);

await runCommand(USAGE, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      vercel: { type: "boolean", default: false },
      watch: { type: "boolean", default: false },
    },
  });
  const stopped = untilStopped();
  const elsewhere = values.vercel
    ? `http://127.0.0.1:${await findFreePort(PORTS.functions)}`
    : undefined;
  await using playground = await startPlayground({
    settings: process.env,
    functions: elsewhere,
    isWatching: values.watch,
  }).catch(explain);
  const { stack, functions: origin } = playground;
  await using _ = values.vercel ? await startVercelDev(stack, { origin }) : undefined;
  announce(stack, { origin, isVercel: values.vercel });
  await Promise.race([stopped, postSamples(stack, { origin })]);
  await stopped;
});
process.exit();

function announce(
  { slack, s3 }: LocalStack,
  { origin, isVercel }: { origin: string; isVercel: boolean },
): void {
  console.log(`
  Playground  ${slack.origin}   the whole app in a browser
  Slack       ${slack.origin}   strict, local, no account needed
  S3          ${s3.endpoint}   objects are kept in .local/s3
  Functions   ${origin}   their log is ${isVercel ? "printed here" : ".local/functions.log"}

ready: posting two sample images to #images
`);
}

async function postSamples({ slack }: LocalStack, { origin }: { origin: string }): Promise<void> {
  const control = createSlackControl({ slack: slack.origin, functions: origin });
  const { thread, durationMs, outcome } = await postImages(control, {
    paths: SAMPLES,
    text: "Two pictures for the front page",
  });
  console.log(renderThread(thread));
  console.log(
    outcome === "shown"
      ? renderResult(thread, durationMs)
      : "No tags appeared. Your settings may prevent it; otherwise the functions' log says why.",
  );
  console.log(`
From another terminal:
  npm run post -- photo.jpg another.png              post your own
  npm run slack -- edit --alt "Sunrise over hills"   shortcut, edit, delete, retry, slash
Stop with Ctrl+C.
`);
}

function renderResult(thread: Parameters<typeof findImageUrls>[0], durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s from the post to the tags. They open in a browser:
${findImageUrls(thread)
  .map((url) => `  ${url}`)
  .join("\n")}`;
}

/** Handles only the first signal; the second one ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => resolve());
    }
  });
}

function explain(error: unknown): never {
  if (error instanceof ConfigError) {
    const problems = error.problems.map(({ variable, expected }) => `  ${variable}: ${expected}`);
    throw new Error(`Cannot start with these settings. Expected:\n${problems.join("\n")}`, {
      cause: error,
    });
  }
  throw error;
}
