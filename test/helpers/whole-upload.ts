import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import type { LocalSlack } from "../../dev/local-slack/server.ts";
import { poll } from "./poll.ts";

const FIXTURES = new URL("../fixtures/images/", import.meta.url);

/**
 * Checks a whole upload as a person would see it: two images are posted, one of them rotated by its camera, and the tags
 * appear in the thread. Returns the URLs in the tags.
 */
export async function expectWholeUpload(
  slack: LocalSlack,
  deliver: (envelope: unknown) => Promise<unknown>,
): Promise<string[]> {
  const files = await Promise.all(
    ["alpha.png", "orientation-6-big-endian.jpg"].map(async (name) => ({
      name,
      bytes: await readFile(new URL(name, FIXTURES)),
    })),
  );
  const [channel] = [...slack.state.channels.keys()];
  const { message, envelope } = slack.postMessage({ channel: channel ?? "", files });
  await deliver(envelope);
  const shown = await waitForResult(slack, { channel: channel ?? "", ts: message.ts });
  const tags = shown.match(/<img src=\\"[^>]+>/gu) ?? [];
  expect(tags).toHaveLength(2);
  expect(tags.map((tag) => /width=\\"\d+\\" height=\\"\d+\\"/u.exec(tag)?.[0])).toEqual([
    String.raw`width=\"48\" height=\"32\"`,
    String.raw`width=\"32\" height=\"48\"`,
  ]);
  return tags.map((tag) => /src=\\"([^"\\]+)/u.exec(tag)?.[1] ?? "");
}

/** Returns the reply's blocks as JSON, once it has tags. */
function waitForResult(
  slack: LocalSlack,
  { channel, ts }: { channel: string; ts: string },
): Promise<string> {
  return poll("result", () => {
    const replies = slack.thread(channel, ts).filter(({ bot_id }) => bot_id !== undefined);
    expect(replies.length).toBeLessThanOrEqual(1);
    const blocks = replies[0]?.blocks ?? [];
    return blocks.length > 0 ? JSON.stringify(blocks) : undefined;
  });
}
