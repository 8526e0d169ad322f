import { expect, it } from "vitest";
import { startStack } from "../../dev/stack.ts";
import { startVercelDev } from "../../dev/vercel-dev.ts";
import { expectWholeUpload } from "../helpers/whole-upload.ts";

it("`vercel dev` carries one whole upload, delivered as Slack does", async () => {
  const stack = await startStack();
  try {
    await using functions = await startVercelDev(stack);
    const urls = await expectWholeUpload(stack.slack, (envelope) => stack.slack.deliver(envelope));
    for (const url of urls) {
      expect((await fetch(url)).headers.get("cache-control")).toBe(
        "public, max-age=31536000, immutable",
      );
    }
    expect((await fetch(`${functions.origin}/api/slack/events`)).status).toBe(405);
  } finally {
    await stack.close();
  }
});
