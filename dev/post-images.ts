import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";

const Posted = v.object({ channel: v.string(), ts: v.string() });

const ThreadMessage = v.looseObject({
  ts: v.string(),
  text: v.string(),
  user: v.optional(v.string()),
  bot_id: v.optional(v.string()),
  blocks: v.optional(v.array(v.unknown())),
  files: v.optional(v.array(v.looseObject({ name: v.string() }))),
  edited: v.optional(v.unknown()),
});
export type ThreadMessage = v.InferOutput<typeof ThreadMessage>;

const Thread = v.object({ messages: v.array(ThreadMessage) });

/** Posts files to #images as a person does, and waits until the thread holds the result. */
export async function postImages(
  slackOrigin: string,
  { paths, text }: { paths: readonly string[]; text: string },
): Promise<{ thread: ThreadMessage[]; durationMs: number }> {
  const form = new FormData();
  form.set("channel", "images");
  form.set("text", text);
  for (const path of paths) {
    form.append("files", new Blob([await readFile(path)]), basename(path));
  }
  const startMs = performance.now();
  const posted = await fetch(`${slackOrigin}/local/messages`, { method: "POST", body: form });
  const message = v.parse(Posted, await posted.json());
  const thread = await waitForResult(slackOrigin, message);
  return { thread, durationMs: performance.now() - startMs };
}

const RESULT_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

async function waitForResult(
  slackOrigin: string,
  { channel, ts }: v.InferOutput<typeof Posted>,
): Promise<ThreadMessage[]> {
  const query = new URLSearchParams({ channel, ts });
  const deadlineMs = performance.now() + RESULT_TIMEOUT_MS;
  let messages: ThreadMessage[] = [];
  while (!messages.some(isResult) && performance.now() < deadlineMs) {
    await delay(POLL_MS);
    const response = await fetch(`${slackOrigin}/local/thread?${query.toString()}`);
    messages = v.parse(Thread, await response.json()).messages;
  }
  return messages;
}

/** "Uploading…" has no blocks. */
function isResult(message: ThreadMessage): boolean {
  return message.bot_id !== undefined && (message.blocks?.length ?? 0) > 0;
}
