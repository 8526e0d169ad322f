import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "../control/slack-answers.ts";
import type { MessageRef, SlackControl } from "../control/slack-control.ts";

interface PostOptions {
  paths: readonly string[];
  text?: string | undefined;
  channel?: string | undefined;
  user?: string | undefined;
}

export interface PostResult {
  thread: Message[];
  durationMs: number;
  /**
   * `untold`: the app is not in that channel. `silent`: the app finished and wrote nothing. `late`: its answer did not
   * come within a minute.
   */
  outcome: "shown" | "untold" | "silent" | "late";
}

/** Posts files as a person and waits for the result in the thread. The default channel is #images. */
export async function postImages(
  slack: SlackControl,
  { channel = "images", ...post }: PostOptions,
): Promise<PostResult> {
  const startMs = performance.now();
  const posted = await slack.post({ channel, ...post });
  const found =
    posted.attempt === undefined
      ? ({ outcome: "untold", thread: await slack.thread(posted.channel, posted.ts) } as const)
      : await waitForResult(slack, { ...posted, isAcked: posted.attempt.reason === undefined });
  return { ...found, durationMs: performance.now() - startMs };
}

const RESULT_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

async function waitForResult(
  slack: SlackControl,
  { channel, ts, isAcked }: MessageRef & { isAcked: boolean },
): Promise<Omit<PostResult, "durationMs">> {
  const deadlineMs = performance.now() + RESULT_TIMEOUT_MS;
  const state: { isIdle: boolean | undefined } = { isIdle: undefined };
  // Slack retries an event without an ack, so an idle app proves nothing until then.
  const knowing = isAcked ? slack.waitUntilIdle() : Promise.resolve(false);
  void knowing.then((isIdle) => (state.isIdle = isIdle));
  for (;;) {
    const { isIdle } = state;
    const thread = await slack.thread(channel, ts);
    // Without a known idle state, files that cannot be images mean that no result will come.
    const isLast = isIdle === true || (isIdle === false && !thread.some(mayHoldImage));
    if (thread.some(isResult)) {
      return { outcome: "shown", thread };
    }
    if (isLast) {
      return { outcome: "silent", thread };
    }
    if (performance.now() > deadlineMs) {
      return { outcome: "late", thread };
    }
    await delay(POLL_MS);
  }
}

function mayHoldImage({ files = [] }: Message): boolean {
  return files.some(({ mimetype }) => /^(?:image\/|application\/octet-stream|$)/u.test(mimetype));
}

/** The "Uploading…" reply has no blocks. */
function isResult(message: Message): boolean {
  return message.bot_id !== undefined && (message.blocks?.length ?? 0) > 0;
}
