import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import messageWithImages from "../fixtures/payloads/message-with-images.json" with { type: "json" };

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("../helpers/loaded-packages.ts", import.meta.url));

async function answer(event: Record<string, unknown>) {
  const payload = JSON.stringify({ ...messageWithImages, event });
  const { stdout } = await run(process.execPath, ["--import", "tsx", SCRIPT, payload]);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n") + 1));
}

it("a message without images loads no SDK, one with images loads both", async () => {
  const [text, images] = await Promise.all([
    answer({ ...messageWithImages.event, files: undefined }),
    answer(messageWithImages.event),
  ]);
  expect(text).toEqual({ status: 200, packages: [] });
  expect(images.status).toBe(200);
  expect(images.packages).toEqual(expect.arrayContaining(["@aws-sdk/client-s3", "@slack/web-api"]));
});
