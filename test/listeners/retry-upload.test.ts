import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import {
  buttonsIn,
  markersIn,
  callsTo,
  deleteRecord,
  FAKE,
  openEdit,
  PNG,
  press,
  pressAtOnce,
  recordIn,
  repliesTo,
  submit,
  tagsShown,
  textsIn,
  toldTo,
  upload,
  TWO,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

/** Uploads two images, of which the PNG can't be stored. */
async function uploadHalf(stack: TestStack) {
  stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.png$/u, times: 1 });
  return upload(stack, { files: TWO });
}

describe("Retry", () => {
  it("uploads the failed images only, in the same reply and with the same keys", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    const before = { uuids: uuidsIn(stack), replies: repliesTo(stack, posted).map(({ ts }) => ts) };
    const [jpg] = stack.s3.objects("images/");
    await press(stack, posted, { action: "retry_upload", user: "minho" });

    expect(uuidsIn(stack)).toEqual(before.uuids);
    expect(repliesTo(stack, posted).map(({ ts }) => ts)).toEqual(before.replies);
    const keys = stack.s3.objects("images/").map(({ key }) => key);
    expect(keys.toSorted()).toEqual(
      [`images/${before.uuids[0]}.png`, `images/${before.uuids[1]}.jpg`].toSorted(),
    );
    expect(stack.s3.objects("images/")).toContainEqual(jpg);
    expect(callsTo(stack, "download")).toHaveLength(3);
    expect(tagsShown(stack, posted)).toHaveLength(2);
    const actions = buttonsIn(repliesTo(stack, posted)[0]?.blocks).map(({ action_id: id }) => id);
    expect(actions).not.toContain("retry_upload");
    expect(recordIn(stack).images.map(({ state }) => state)).toEqual(["uploaded", "uploaded"]);
    expect(markersIn(stack)).toEqual([]);
  });

  it("shows which image is being uploaded", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    const updates = callsTo(stack, "chat.update").length;
    await press(stack, posted, { action: "retry_upload" });
    const [first] = callsTo(stack, "chat.update").slice(updates);
    expect(JSON.stringify(first?.args)).toContain(en.pending);
    expect(JSON.stringify(first?.args)).not.toContain("retry_upload");
  });

  it("uploads once if two people press it several times on three instances", async () => {
    await using stack = await startTestStack();
    stack.serveFrom(stack.app, stack.createInstance(), stack.createInstance());
    const posted = await uploadHalf(stack);
    const seen = await Promise.all(
      ["jane", "jane", "minho", "minho"].map((user) =>
        pressAtOnce(stack, posted, { action: "retry_upload", user }),
      ),
    );
    await stack.drain();
    expect(seen.map(({ ack }) => ack?.status)).toEqual([200, 200, 200, 200]);
    expect(callsTo(stack, "download")).toHaveLength(3);
    expect(stack.s3.objects("images/")).toHaveLength(2);
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(tagsShown(stack, posted)).toHaveLength(2);
    expect(stack.slack.state.ephemerals).toEqual([]);
  });

  it("can be pressed again if the retry failed", async () => {
    await using stack = await startTestStack();
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /^images/u, times: 3 });
    const posted = await upload(stack);
    const before = textsIn(repliesTo(stack, posted)[0]?.blocks);
    await press(stack, posted, { action: "retry_upload" });
    expect(textsIn(repliesTo(stack, posted)[0]?.blocks)).toEqual(before);
    await press(stack, posted, { action: "retry_upload" });
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(callsTo(stack, "download")).toHaveLength(3);
  });

  it.each([
    ["an empty file", Buffer.alloc(0), en.failures.empty],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), en.failures.svg],
    ["no image at all", FAKE.bytes, en.failures.not_an_image],
  ])("is not offered for %s, which says why", async (_, bytes, sentence) => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: [{ ...FAKE, bytes }] });
    const [reply] = repliesTo(stack, posted);
    const facts = { size: undefined, limit: "", maxMegapixels: 0 };
    expect(textsIn(reply?.blocks)).toContain(` — ${sentence(facts)}`);
    expect(buttonsIn(reply?.blocks)).toEqual([]);
  });

  it("keeps what people wrote about the failed image", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    const [a, b] = posted.fileIds;
    await openEdit(stack, posted, { fileId: b });
    await submit(stack, { alt: "A harbour" });
    await press(stack, posted, { action: "delete_image", fileId: b });
    await press(stack, posted, { action: "retry_upload" });
    expect(recordIn(stack).images).toMatchObject([
      { fileId: a, state: "uploaded" },
      { fileId: b, state: "deleted" },
    ]);
    expect(stack.s3.objects("images/")).toHaveLength(1);
  });

  it("is under the last part of a split reply, and uploads into the right part", async () => {
    await using stack = await startTestStack();
    const files = Array.from({ length: 30 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /^images/u, times: 1 });
    const posted = await upload(stack, { files });
    const parts = repliesTo(stack, posted);
    expect(parts.length).toBeGreaterThan(1);
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toHaveLength(30);
    const names = repliesTo(stack, posted)
      .flatMap(({ blocks }) => textsIn(blocks))
      .filter((text) => /^\d+\.png$/u.test(text));
    expect(names).toEqual(files.map(({ name }) => name));
    expect(recordIn(stack).reply?.ts).toEqual(repliesTo(stack, posted).map(({ ts }) => ts));
  });

  it("says that the record no longer exists", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    await deleteRecord(stack);
    await press(stack, posted, { action: "retry_upload", user: "minho" });
    expect(toldTo(stack, "minho")).toEqual([en.recordGone]);
  });

  it("is answered 503 if it can't be stored, and works the next time", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    stack.s3.fault({ on: "PUT", kind: "error_500", key: /^state\/(?:messages|forms)/u, times: 3 });
    const seen = await press(stack, posted, { action: "retry_upload" });
    expect(seen.ack?.status).toBe(503);
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toHaveLength(2);
  });

  it("says that somebody else is editing after five conflicts in a row", async () => {
    await using stack = await startTestStack();
    const posted = await uploadHalf(stack);
    stack.s3.fault({
      on: "PUT",
      kind: "precondition_failed",
      key: /^state\/(?:messages|forms)/u,
      // Each put is tried with both forms of the ETag until one of them was accepted.
      times: 10,
    });
    const seen = await press(stack, posted, { action: "retry_upload", user: "minho" });
    expect(seen.problem).toBeUndefined();
    expect(toldTo(stack, "minho")).toEqual([en.conflict]);
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toHaveLength(2);
  });
});

function uuidsIn(stack: TestStack): string[] {
  return recordIn(stack).images.map(({ uuid }) => uuid);
}
