import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "./slack-answers.ts";
import type { MessageRef, SlackControl } from "./slack-control.ts";

export interface PostOptions {
  paths: readonly string[];
  text?: string | undefined;
  channel?: string | undefined;
  user?: string | undefined;
}

/** Posts files as a person does, to #images by default, and waits until the thread holds the result. */
export async function postImages(
  slack: SlackControl,
  { channel = "images", ...post }: PostOptions,
): Promise<{ thread: Message[]; durationMs: number; isAppTold: boolean }> {
  const startMs = performance.now();
  const posted = await slack.post({ channel, ...post });
  const isAppTold = posted.attempt !== undefined;
  const thread = isAppTold
    ? await waitForResult(slack, posted)
    : await slack.thread(posted.channel, posted.ts);
  return { thread, durationMs: performance.now() - startMs, isAppTold };
}

const RESULT_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

async function waitForResult(slack: SlackControl, { channel, ts }: MessageRef): Promise<Message[]> {
  const deadlineMs = performance.now() + RESULT_TIMEOUT_MS;
  let messages: Message[] = [];
  while (!messages.some(isResult) && performance.now() < deadlineMs) {
    await delay(POLL_MS);
    messages = await slack.thread(channel, ts);
  }
  return messages;
}

/** "Uploading…" has no blocks. */
function isResult(message: Message): boolean {
  return message.bot_id !== undefined && (message.blocks?.length ?? 0) > 0;
}
