import { postImages } from "./post-images.ts";
import { renderThread } from "./print-thread.ts";
import { findRunningSlack } from "./stack.ts";

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error("Usage: npm run post -- image.png [more images]");
  process.exit(1);
}

try {
  const { thread, durationMs } = await postImages(await findRunningSlack(), { paths, text: "" });
  console.log(renderThread(thread));
  console.log(`${(durationMs / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
