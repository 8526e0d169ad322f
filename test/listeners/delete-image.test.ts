import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { afterNth, cutWire } from "../faults/cut.ts";
import { LEASE_AND_MORE_MS } from "../faults/upload.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  bucketOf,
  buttonsIn,
  callsTo,
  deleteRecord,
  markersIn,
  openEdit,
  openShortcut,
  PNG,
  post,
  type Posted,
  press,
  pressAtOnce,
  recordIn,
  repliesTo,
  sweep,
  submit,
  tagsShown,
  textsIn,
  toldTo,
  upload,
  TWO,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

describe("Delete", () => {
  it("removes the image's object, tags and buttons, and says so in the same reply", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    const [a, b] = posted.fileIds;
    const key = stack.s3.objects("images/").find(({ key: one }) => one.endsWith(".png"))?.key;
    const replies = repliesTo(stack, posted).map(({ ts }) => ts);
    const seen = await press(stack, posted, { action: "delete_image", fileId: a });
    expect(seen.confirm).toMatchObject({
      title: { text: "Delete this image?" },
      text: {
        text: "It is removed from the bucket now. Pages that use it will miss it; caches may keep it for a while. You can't undo this.",
      },
    });

    expect(stack.s3.objects("images/").map(({ key: one }) => one)).toEqual([
      expect.stringMatching(/\.jpg$/u),
    ]);
    expect((await fetch(`${stack.s3.publicBaseUrl}/${key}`)).ok).toBe(false);
    const [reply] = repliesTo(stack, posted);
    expect(repliesTo(stack, posted).map(({ ts }) => ts)).toEqual(replies);
    expect(JSON.stringify(reply?.blocks)).toContain(
      JSON.stringify({ type: "text", text: "alpha.png", style: { strike: true } }),
    );
    expect(textsIn(reply?.blocks)[1]).toBe(` — ${en.deleted}`);
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(buttonsIn(reply?.blocks).map(({ value }) => value.split("#")[1])).toEqual([b, b]);
    expect(recordIn(stack).images[0]).toMatchObject({
      state: "deleted",
      key,
      deletedBy: "U0LOCAL001",
      deletedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/u),
    });
    expect(stack.slack.state.ephemerals).toEqual([]);
  });

  it("is refused to a person who only edited the uploaded image with the shortcut", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openShortcut(stack, posted, "minho");
    await submit(stack, { alt: "A grey square" }, "minho");
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(tagsShown(stack, posted)[0]).toContain("A grey square");
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(stack.slack.state.ephemerals).toMatchObject([{ text: en.notAllowedToDelete }]);
  });

  it("does nothing if the person cancels the dialog", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const [reply] = repliesTo(stack, posted);
    const { channel } = posted;
    const declined = { channel, ts: reply?.ts ?? "", actionId: "delete_image", isConfirmed: false };
    await stack.slack.pressButton(declined);
    await stack.drain();
    expect(tagsShown(stack, posted)).toHaveLength(1);
    expect(stack.s3.objects("images/")).toHaveLength(1);
  });

  it("tells other people, and only them, that they may not", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const before = stack.s3.objects("");
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(toldTo(stack, "minho")).toEqual([en.notAllowedToDelete]);
    expect(toldTo(stack, "jane")).toEqual([]);
    expect(stack.slack.state.ephemerals[0]?.thread_ts).toBe(posted.ts);
    expect(stack.s3.objects("")).toEqual(before);
    expect(tagsShown(stack, posted)).toHaveLength(1);
  });

  it("is allowed to the person who used the shortcut", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
  });

  it("is allowed to admins after a shortcut, and refused to people who neither posted nor requested the image", async () => {
    await using stack = await startTestStack({ ADMIN_USER_IDS: "U0LOCAL003" });
    stack.slack.addUser({ name: "admin", id: "U0LOCAL003" });
    stack.slack.addUser({ name: "other", id: "U0LOCAL004" });
    const posted = post(stack);
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    await press(stack, posted, { action: "delete_image", user: "other" });
    expect(toldTo(stack, "other")).toEqual([en.notAllowedToDelete]);
    expect(stack.s3.objects("images/")).toHaveLength(1);
    await press(stack, posted, { action: "delete_image", user: "admin" });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
  });

  it("is allowed to a person who had a failed image tried again by shortcut, for that image only", async () => {
    await using stack = await startTestStack();
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.png$/u, times: 1 });
    const posted = await upload(stack, { files: TWO });
    const [failed, good] = posted.fileIds;
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    expect(recordIn(stack).images.map(({ requestedBy }) => requestedBy)).toEqual([
      ["U0LOCAL002"],
      [],
    ]);
    await press(stack, posted, { action: "delete_image", fileId: good, user: "minho" });
    expect(toldTo(stack, "minho")).toEqual([en.notAllowedToDelete]);
    expect(tagsShown(stack, posted)).toHaveLength(2);
    await press(stack, posted, { action: "delete_image", fileId: failed, user: "minho" });
    expect(recordIn(stack).images.map(({ state }) => state)).toEqual(["deleted", "uploaded"]);
  });

  it("is refused to a person whose shortcut finished an upload that a dead worker had shown already", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: TWO });
    const wire = cutWire(stack, afterNth("chat.update"));
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    wire.mend();
    expect(tagsShown(stack, posted)).toHaveLength(2);
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    stack.serveFrom(stack.createInstance());
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(toldTo(stack, "minho")).toEqual([en.notAllowedToDelete]);
    expect(recordIn(stack).images.map(({ state }) => state)).toEqual(["uploaded", "uploaded"]);
  });

  it("is refused to the requester in a version 1 record of several images", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    await storeAsVersion1(stack, { requestedBy: ["U0LOCAL002"] });
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(toldTo(stack, "minho")).toEqual([en.notAllowedToDelete]);
    await press(stack, posted, { action: "delete_image", user: "jane" });
    expect(recordIn(stack).images.map(({ state }) => state)).toEqual(["deleted", "uploaded"]);
  });

  it("is allowed to the requester in a version 1 record of one image", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await storeAsVersion1(stack, { requestedBy: ["U0LOCAL002"] });
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
  });

  it("is allowed to admins", async () => {
    await using stack = await startTestStack({ ADMIN_USER_IDS: "U0OTHER,U0LOCAL002" });
    const posted = await upload(stack);
    await press(stack, posted, { action: "delete_image", user: "minho" });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
    expect(recordIn(stack).images[0]).toMatchObject({ deletedBy: "U0LOCAL002" });
  });

  it("works twice, and by two people at once on two instances", async () => {
    await using stack = await startTestStack({ ADMIN_USER_IDS: "U0LOCAL002" });
    stack.serveFrom(stack.createInstance(), stack.createInstance());
    const posted = await upload(stack);
    const seen = await Promise.all([
      pressAtOnce(stack, posted, { action: "delete_image", user: "jane" }),
      pressAtOnce(stack, posted, { action: "delete_image", user: "minho" }),
      pressAtOnce(stack, posted, { action: "delete_image", user: "jane" }),
    ]);
    await stack.drain();
    expect(seen.map(({ ack, problem }) => [ack?.status, problem])).toEqual(
      seen.map(() => [200, undefined]),
    );
    expect(leftOf(stack, posted)).toEqual(NOTHING);
    expect(stack.slack.state.ephemerals).toEqual([]);
  });

  it("and a concurrent edit of another image both take effect", async () => {
    await using stack = await startTestStack();
    stack.serveFrom(stack.createInstance(), stack.createInstance());
    const posted = await upload(stack, { files: TWO });
    const [a, b] = posted.fileIds;
    await openEdit(stack, posted, { fileId: b, user: "minho" });
    await Promise.all([
      pressAtOnce(stack, posted, { action: "delete_image", fileId: a }),
      submit(stack, { alt: "A harbour" }, "minho"),
    ]);
    await stack.drain();
    expect(recordIn(stack).images.map(({ state }) => state)).toEqual(["deleted", "uploaded"]);
    expect(tagsShown(stack, posted)).toEqual([expect.stringContaining('alt="A harbour"')]);
  });

  it("changes the right part of a split reply", async () => {
    await using stack = await startTestStack();
    const files = Array.from({ length: 30 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    const posted = await upload(stack, { files });
    const parts = repliesTo(stack, posted);
    expect(parts.length).toBeGreaterThan(1);
    const untouched = textsIn(parts[0]?.blocks);
    await press(stack, posted, { action: "delete_image", fileId: posted.fileIds.at(-1) });
    const after = repliesTo(stack, posted);
    expect(after.map(({ ts }) => ts)).toEqual(parts.map(({ ts }) => ts));
    expect(textsIn(after[0]?.blocks)).toEqual(untouched);
    expect(JSON.stringify(after.at(-1)?.blocks)).toContain('"strike":true');
  });

  it("says that the record no longer exists", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await deleteRecord(stack);
    await press(stack, posted, { action: "delete_image" });
    expect(toldTo(stack, "jane")).toEqual([en.recordGone]);
    expect(stack.s3.objects("images/")).toHaveLength(1);
  });

  it("stays pending while S3 fails, and is finished by the next sweep after that", async () => {
    await using stack = await startTestStack({ CRON_SECRET: "cron-secret" });
    const posted = await upload(stack);
    stack.s3.fault({ on: "DELETE", kind: "forbidden", times: 1 });
    await press(stack, posted, { action: "delete_image" });
    expect(toldTo(stack, "jane")).toEqual([]);
    expect(tagsShown(stack, posted)).toEqual([]);
    expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deleting}`);
    expect(recordIn(stack).images[0]).toMatchObject({
      state: "deleting",
      deletedBy: "U0LOCAL001",
      deletedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/u),
    });
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "work.failed" }));
    expect(markersIn(stack)).toHaveLength(1);
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
    expect(textsIn(repliesTo(stack, posted))).toContain(` — ${en.deleted}`);
    expect(markersIn(stack)).toEqual([]);
  });

  it("says that somebody else is editing after five conflicts in a row, and works the next time", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    stack.s3.fault({
      on: "PUT",
      kind: "precondition_failed",
      key: /^state\/(?:messages|forms)/u,
      // Each put is tried with both forms of the ETag until one of them was accepted.
      times: 10,
    });
    await press(stack, posted, { action: "delete_image" });
    expect(toldTo(stack, "jane")).toEqual([en.conflict]);
    await press(stack, posted, { action: "delete_image" });
    expect(leftOf(stack, posted)).toEqual(NOTHING);
  });

  it('leaves a reply that says "deleted" if every image was deleted', async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    for (const fileId of posted.fileIds) {
      await press(stack, posted, { action: "delete_image", fileId });
    }
    expect(leftOf(stack, posted)).toEqual(NOTHING);
    expect(repliesTo(stack, posted)[0]?.text).toBe("Deleted.");
    expect(callsTo(stack, "chat.update").every(({ error }) => error === undefined)).toBe(true);
  });
});

/** Stores the record in the shape of version 1. */
async function storeAsVersion1(stack: TestStack, { requestedBy }: { requestedBy: string[] }) {
  const { key, reply, images, ...others } = recordIn(stack);
  const record = {
    ...others,
    version: 1,
    state: "done",
    leaseUntil: new Date(stack.clock.nowMs).toISOString(),
    leaseId: "old",
    requestedBy,
    replyTs: reply?.ts,
    images: images.map(({ requestedBy: _by, retries: _retries, ...image }) => image),
  };
  await bucketOf(stack).put(key, Buffer.from(JSON.stringify(record)), {
    contentType: "application/json",
  });
}

/** Returns what is left in S3, in the thread and in the record. */
function leftOf(stack: TestStack, posted: Posted) {
  const replies = repliesTo(stack, posted).map(({ blocks }) => blocks);
  return {
    objects: stack.s3.objects("images/"),
    tags: tagsShown(stack, posted),
    buttons: buttonsIn(replies),
    states: [...new Set(recordIn(stack).images.map(({ state }) => state))],
  };
}

const NOTHING = { objects: [], tags: [], buttons: [], states: ["deleted"] };
