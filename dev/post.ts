import { parseArgs } from "node:util";
import { requireFile } from "./control/read-file.ts";
import { createSlackControl } from "./control/slack-control.ts";
import { postImages, type PostResult } from "./person/post-images.ts";
import { findRunningStack } from "./stack/running-stack.ts";
import { runCommand } from "./terminal/command.ts";
import { renderThread } from "./terminal/render-thread.ts";

const USAGE = `
Posts files in the local Slack of a running \`npm start\`, as a person does, and prints the resulting thread.

  npm run post -- photo.jpg another.png

  --channel design    another channel than #images
  --user minho        another person than jane
`;

await runCommand(USAGE, async (args) => {
  const { values, positionals: paths } = parseArgs({
    args,
    allowPositionals: true,
    options: { channel: { type: "string" }, user: { type: "string" } },
  });
  if (paths.length === 0) {
    throw new Error("Name the files to post: npm run post -- photo.jpg another.png");
  }
  await Promise.all(paths.map(requireFile));
  const slack = createSlackControl(await findRunningStack());
  const result = await postImages(slack, { ...values, paths });
  console.log(renderThread(result.thread));
  console.log(describe(result));
  if (result.outcome === "silent" || result.outcome === "late") {
    process.exitCode = 1;
  }
});

function describe({ outcome, thread, durationMs }: PostResult): string {
  switch (outcome) {
    case "shown":
      return `${(durationMs / 1000).toFixed(1)} s`;
    case "untold":
      return "The app is not in this channel, so it does not see the message.";
    case "silent":
      return thread.some(hasImage)
        ? "The app finished without an answer: .local/functions.log may say why."
        : "The app has no answer: there is no image in this message.";
    case "late":
      return "The app's answer did not come within a minute: .local/functions.log may say why.";
  }
}

function hasImage({ files = [] }: PostResult["thread"][number]): boolean {
  return files.some(({ mimetype }) => mimetype.startsWith("image/"));
}
