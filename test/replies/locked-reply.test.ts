import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  callsTo,
  markersIn,
  openEdit,
  type Posted,
  press,
  recordIn,
  repliesTo,
  submit,
  sweep,
  tagsShown,
  textsIn,
  TWO,
  upload,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const CRON = { CRON_SECRET: "cron-secret" };
const MINUTE_MS = 60_000;

describe.each(["cant_update_message", "edit_window_closed", "block_mismatch"])(
  "a reply that Slack no longer edits (%s)",
  (error) => {
    it("is replaced by another, in the thread and in the record", async () => {
      await using stack = await startTestStack();
      const posted = await upload(stack);
      const [old = ""] = lock(stack, posted, error);
      await edit(stack, posted, "A square");
      expect(shownBy(stack, posted)).toEqual(oneWith("A square"));
      expect(repliesTo(stack, posted).map(({ ts }) => ts)).not.toContain(old);
      expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "reply.locked" }));

      const posts = callsTo(stack, "chat.postMessage").length;
      await edit(stack, posted, "A red square");
      expect(shownBy(stack, posted)).toEqual(oneWith("A red square"));
      expect(callsTo(stack, "chat.postMessage")).toHaveLength(posts);
    });
  },
);

describe("a reply that can't be edited", () => {
  it("is replaced if it was locked before the upload ended", async () => {
    await using stack = await startTestStack();
    stack.slack.fault({ on: "chat.update", kind: "platform_error", error: "edit_window_closed" });
    const posted = await upload(stack);
    expect(shownBy(stack, posted)).toEqual(oneWith(""));
  });

  it.each(["before the old one is deleted", "before the record is written"])(
    "is replaced by one reply if the process dies after posting it, %s",
    async (moment) => {
      await using stack = await startTestStack(CRON);
      const posted = await upload(stack);
      lock(stack, posted, "cant_update_message");
      const posts = callsTo(stack, "chat.postMessage").length;
      let isDead = true;
      const when = () => isDead && callsTo(stack, "chat.postMessage").length > posts;
      const times = Number.POSITIVE_INFINITY;
      if (moment === "before the record is written") {
        stack.s3.fault({ on: "PUT", key: /^state\/messages/u, kind: "error_500", times, when });
      } else {
        stack.slack.fault({ on: "chat.delete", kind: "error_500", times, when });
        stack.s3.fault({ on: "PUT", key: /^state\/messages/u, kind: "error_500", times, when });
      }
      await edit(stack, posted, "A square");
      expect(markersIn(stack)).toHaveLength(1);
      isDead = false;
      stack.clock.nowMs += 10 * MINUTE_MS;
      await sweep(stack);
      expect(shownBy(stack, posted)).toEqual(oneWith("A square"));
      expect(callsTo(stack, "chat.postMessage")).toHaveLength(posts + 1);
      expect(markersIn(stack)).toEqual([]);
    },
  );

  it("is replaced once if Slack does not answer the post", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    lock(stack, posted, "cant_update_message");
    stack.slack.fault({ on: "chat.postMessage", kind: "executed_then_reset" });
    await edit(stack, posted, "A square");
    expect(shownBy(stack, posted)).toEqual(oneWith("A square"));
  });

  it("is replaced once if two people edit at the same time, on two instances", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    lock(stack, posted, "cant_update_message");
    stack.serveFrom(stack.app, stack.createInstance());
    await Promise.all(
      posted.fileIds.map((fileId) => press(stack, posted, { action: "delete_image", fileId })),
    );
    await stack.drain();
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(repliesTo(stack, posted)[0]?.ts).toBe(recordIn(stack).reply?.ts[0]);
    expect(JSON.stringify(repliesTo(stack, posted)).match(/ — deleted/gu)).toHaveLength(2);
  });

  it("stays beside the new one if Slack does not delete it either, without a third", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const [old = ""] = lock(stack, posted, "cant_update_message");
    stack.slack.fault({
      on: "chat.delete",
      kind: "platform_error",
      error: "cant_delete_message",
      times: Number.POSITIVE_INFINITY,
    });
    await edit(stack, posted, "A square");
    await edit(stack, posted, "A red square");
    const replies = repliesTo(stack, posted).map(({ ts }) => ts);
    expect(replies).toEqual([old, ...(recordIn(stack).reply?.ts ?? [])]);
    expect(tagsShown(stack, posted).at(-1)).toContain('alt="A red square"');
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "reply.left" }));
  });

  it("is replaced part by part", async () => {
    await using stack = await startTestStack({ TAG_FORMATS: "html,markdown,url" });
    const [file = { name: "", bytes: Buffer.alloc(0) }] = TWO;
    const files = Array.from({ length: 30 }, (_, index) => ({ ...file, name: `${index}.png` }));
    const posted = await upload(stack, { files });
    const before = repliesTo(stack, posted).map(({ ts }) => ts);
    expect(before.length).toBeGreaterThan(1);
    lock(stack, posted, "edit_window_closed");
    await edit(stack, posted, "A square");
    const after = repliesTo(stack, posted).map(({ ts }) => ts);
    expect(after).toHaveLength(before.length);
    expect(recordIn(stack).reply?.ts).toEqual(after);
    expect(before.filter((ts) => after.includes(ts))).toEqual([]);
    const names = textsIn(repliesTo(stack, posted)).filter((text) => /^\d+\.png$/u.test(text));
    expect(names).toEqual(files.map(({ name }) => name));
  });
});

/** From now on, Slack refuses to edit the messages in the thread. */
function lock(stack: TestStack, posted: Posted, error: string): string[] {
  const locked = repliesTo(stack, posted).map(({ ts }) => ts);
  stack.slack.fault({
    on: "chat.update",
    kind: "platform_error",
    error,
    times: Number.POSITIVE_INFINITY,
    when: ({ args }) => locked.includes(String(args["ts"])),
  });
  return locked;
}

async function edit(stack: TestStack, posted: Posted, alt: string): Promise<void> {
  await openEdit(stack, posted);
  const { view } = await submit(stack, { alt });
  expect(textsIn(view)).not.toContain(en.modal.unavailable);
}

/** Returns whether each visible reply is the record's, and what it shows. */
function shownBy(stack: TestStack, posted: Posted) {
  const ts = repliesTo(stack, posted).map((reply) => reply.ts);
  return {
    isRecorded: isDeepStrictEqual(ts, recordIn(stack).reply?.ts),
    tags: tagsShown(stack, posted),
  };
}

function oneWith(alt: string) {
  return { isRecorded: true, tags: [expect.stringContaining(`alt="${alt}"`)] };
}
