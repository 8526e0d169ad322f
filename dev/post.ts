import { parseArgs } from "node:util";
import { postImages } from "./post-images.ts";
import { renderThread } from "./print-thread.ts";
import { createSlackControl } from "./slack-control.ts";
import { findRunningSlack } from "./stack.ts";

const USAGE = "Usage: npm run post -- image.png [more images] [--channel images] [--user jane]";

try {
  const { values, positionals: paths } = parseArgs({
    allowPositionals: true,
    options: { channel: { type: "string" }, user: { type: "string" } },
  });
  if (paths.length === 0) {
    throw new Error(USAGE);
  }
  const slack = createSlackControl(await findRunningSlack());
  const { thread, durationMs, isAppTold } = await postImages(slack, { ...values, paths });
  console.log(renderThread(thread));
  console.log(
    isAppTold
      ? `${(durationMs / 1000).toFixed(1)} s`
      : "The app is not in this channel, so it is not told.",
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
