import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  buttonsIn,
  callsTo,
  deleteRecord,
  GIF,
  JPG,
  openEdit,
  PNG,
  press,
  pressAtOnce,
  repliesTo,
  submit,
  tagsIn,
  tagsShown,
  textsIn,
  toldTo,
  upload,
  valuesIn,
  writtenIn,
  TWO,
} from "../helpers/person.ts";
import { startTestStack } from "../helpers/stack.ts";

describe("Edit link & description", () => {
  it("is refused to strangers unless they are allowed, like every button", async () => {
    await using stack = await startTestStack();
    const guest = stack.slack.addUser({ name: "guest", teamId: "T0GUEST" });
    const posted = await upload(stack);
    for (const action of ["edit_tags", "delete_image"] as const) {
      await press(stack, posted, { action, user: guest.id });
    }
    expect(stack.slack.viewOf(guest.id)).toBeUndefined();
    expect(toldTo(stack, "guest")).toEqual([en.membersOnly, en.membersOnly]);
    expect(tagsShown(stack, posted)).toHaveLength(1);

    stack.serveFrom(stack.createInstance({ ALLOW_EXTERNAL_USERS: "true" }));
    expect(await openEdit(stack, posted, { user: guest.id })).toBeDefined();
  });

  it("is under each image of a reply, and opens with that image's current values", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    const [a, b] = posted.fileIds;
    const edits = repliesTo(stack, posted)
      .flatMap(({ blocks }) => buttonsIn(blocks))
      .filter(({ action_id: id }) => id === "edit_tags");
    expect(edits.map(({ value }) => value.split("#")[1])).toEqual(posted.fileIds);

    await openEdit(stack, posted, { fileId: b });
    await submit(stack, { link: "https://example.com/b", alt: "A harbour" });
    const view = await openEdit(stack, posted, { fileId: b });
    expect(view).toMatchObject({ callback_id: "image_tags" });
    expect(textsIn(view)).toEqual(["baseline.jpg", ` · ${JPG.byteLength} B`]);
    expect(valuesIn(view)).toEqual({
      [`link:${b}`]: "https://example.com/b",
      [`alt:${b}`]: "A harbour",
      [`decorative:${b}`]: "",
    });
    expect(valuesIn(await openEdit(stack, posted, { fileId: a }))).toMatchObject({
      [`alt:${a}`]: "",
    });
  });

  it("edits the same reply, and shows the result in the modal", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: TWO });
    const replies = repliesTo(stack, posted).map(({ ts }) => ts);
    const posts = callsTo(stack, "chat.postMessage").length;
    await openEdit(stack, posted, { fileId: posted.fileIds[0] });
    const { view } = await submit(stack, { link: "mailto:us@example.com", alt: "A square" });
    expect(tagsShown(stack, posted)).toEqual([
      expect.stringMatching(
        /^<a href="mailto:us@example\.com"><img src="[^"]+" alt="A square" width="48" height="32"><\/a>$/u,
      ),
      expect.stringMatching(/^<img src="[^"]+\.jpg" alt="" /u),
    ]);
    expect(tagsIn(view)).toEqual(tagsShown(stack, posted));
    expect(stack.slack.viewOf()).toEqual(view);
    expect(repliesTo(stack, posted).map(({ ts }) => ts)).toEqual(replies);
    expect(callsTo(stack, "chat.postMessage")).toHaveLength(posts);
    expect(callsTo(stack, "download")).toHaveLength(2);
  });

  it("removes cleared values", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { link: "https://example.com/", alt: "A square" });
    await openEdit(stack, posted);
    await submit(stack, { link: null });
    expect(writtenIn(stack)).toEqual({ [`${posted.fileIds[0]}`]: { alt: "A square" } });
    await openEdit(stack, posted);
    await submit(stack, { alt: null });
    expect(writtenIn(stack)).toEqual({ [`${posted.fileIds[0]}`]: { alt: "" } });
    expect(tagsShown(stack, posted)[0]).toMatch(/^<img src="[^"]+" alt="" /u);
  });

  it("changes nothing if no field was changed", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { link: "https://example.com/", alt: "A square" });
    const before = stack.s3.objects("");
    await openEdit(stack, posted);
    await submit(stack);
    expect(stack.s3.objects("")).toEqual(before);
  });

  it("asks the person to clear the description of a decorative image", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await submit(stack, { alt: "A square" });
    await openEdit(stack, posted);
    const refused = await submit(stack, { decorative: ["decorative"] });
    expect(Object.values(refused.errors)).toEqual([en.describedDecorative]);
    const [fileId] = posted.fileIds;
    expect(writtenIn(stack)).toEqual({ [`${fileId}`]: { alt: "A square" } });
    await submit(stack, { alt: "", decorative: ["decorative"] });
    expect(writtenIn(stack)).toEqual({ [`${fileId}`]: { alt: "", decorative: true } });
    const view = await openEdit(stack, posted);
    expect(valuesIn(view)).toMatchObject({ [`decorative:${fileId}`]: "decorative" });
    await submit(stack, { decorative: [], alt: "A square again" });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square again"');
  });

  it("changes the right part of a split reply", async () => {
    await using stack = await startTestStack({
      TAG_FORMATS: "html,wrapped,markdown,url",
      TAG_WRAPPER_CLASS: "x",
    });
    const files = Array.from({ length: 30 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    const posted = await upload(stack, { files });
    const before = repliesTo(stack, posted);
    expect(before.length).toBeGreaterThan(1);
    await openEdit(stack, posted, { fileId: posted.fileIds.at(-1) });
    await submit(stack, { alt: "The last one" });
    const after = repliesTo(stack, posted);
    expect(after.map(({ ts }) => ts)).toEqual(before.map(({ ts }) => ts));
    expect(after.map(({ blocks }) => tagsIn(blocks).join("").includes("The last one"))).toEqual(
      after.map((_, index) => index === after.length - 1),
    );
  });

  it("keeps ten images with buttons and the longest texts within Slack's limits", async () => {
    await using stack = await startTestStack({ TAG_FORMATS: "html,markdown" });
    const files = Array.from({ length: 10 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    const posted = await upload(stack, { files });
    expect(repliesTo(stack, posted)).toHaveLength(1);
    for (const fileId of posted.fileIds) {
      await openEdit(stack, posted, { fileId });
      await submit(stack, {
        link: `https://example.com/${"&".repeat(1980)}`,
        alt: "<".repeat(500),
      });
    }
    expect(stack.slack.requests.filter(({ error }) => error !== undefined)).toEqual([]);
    const replies = repliesTo(stack, posted);
    expect(replies.length).toBeGreaterThan(1);
    const edits = replies
      .flatMap(({ blocks }) => buttonsIn(blocks))
      .filter(({ action_id: id }) => id === "edit_tags");
    expect(edits.map(({ value }) => value.split("#")[1])).toEqual(posted.fileIds);

    for (const fileId of posted.fileIds) {
      await openEdit(stack, posted, { fileId });
      await submit(stack, { link: null, alt: null });
    }
    expect(repliesTo(stack, posted)).toHaveLength(1);
  });

  it("says that the image was deleted meanwhile", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const stale = structuredClone(repliesTo(stack, posted)[0]?.blocks);
    await pressAtOnce(stack, posted, { action: "delete_image" });
    await stack.drain();
    Object.assign(repliesTo(stack, posted)[0] ?? {}, { blocks: stale });
    expect(textsIn(await openEdit(stack, posted))).toEqual([en.modal.deleted]);
  });

  it("says that something went wrong if the record can't be read", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    stack.s3.fault({ on: "GET", kind: "error_500", times: 3 });
    expect(textsIn(await openEdit(stack, posted))).toEqual([en.modal.unavailable]);
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "work.failed" }));
  });

  it("tells the person that the trigger has expired", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    stack.slack.fault({ on: "views.open", kind: "platform_error", error: "expired_trigger_id" });
    takeLogs();
    expect(await openEdit(stack, posted)).toBeUndefined();
    expect(toldTo(stack, "jane")).toEqual([en.triggerExpired]);
    expect(takeLogs()).toMatchObject([{ level: "warn", event: "modal.failed" }]);
  });

  it("does not open a modal too late if Slack asks to wait", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    stack.slack.fault({ on: "views.open", kind: "rate_limited", retryAfterSeconds: 10 });
    expect(await openEdit(stack, posted)).toBeUndefined();
    expect(callsTo(stack, "views.open")).toHaveLength(1);
    expect(toldTo(stack, "jane")).toEqual([en.modal.unavailable]);
  });
});

describe("a reply whose record is gone", () => {
  it("says so and offers an upload, after which the buttons work again", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await deleteRecord(stack);
    const view = await openEdit(stack, posted);
    expect(textsIn(view)[0]).toBe(en.modal.recordGone);
    expect(view?.submit).not.toBeNull();
    await submit(stack, { alt: "A square" });
    expect(tagsIn(stack.slack.viewOf())[0]).toContain('alt="A square"');
    expect(tagsShown(stack, posted)).toContainEqual(expect.stringContaining('alt="A square"'));
    expect(valuesIn(await openEdit(stack, posted))).toMatchObject({
      [`alt:${posted.fileIds[0]}`]: "A square",
    });
  });

  it("says so if the file no longer exists in Slack either", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await deleteRecord(stack);
    Object.assign(stack.slack.state.files.get(posted.fileIds[0] ?? "") ?? {}, { isDeleted: true });
    const view = await openEdit(stack, posted);
    expect(textsIn(view)).toEqual([en.modal.recordGone]);
    expect(view?.submit).toBeNull();
  });

  it("says so if the record is gone when the modal is submitted", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openEdit(stack, posted);
    await deleteRecord(stack);
    const { view } = await submit(stack, { alt: "A square" });
    expect(textsIn(view)).toEqual([en.modal.recordGone]);
    expect(stack.s3.objects("state/")).toEqual([]);
  });

  it("says so if the button is not the app's", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: [{ name: "a.gif", bytes: GIF }] });
    const [reply] = repliesTo(stack, posted);
    const blocks = JSON.stringify(reply?.blocks).replaceAll(
      /"value":"[^"]*"/gu,
      '"value":"../x#F1"',
    );
    Object.assign(reply ?? {}, { blocks: JSON.parse(blocks) });
    await stack.slack.pressButton({
      channel: posted.channel,
      ts: reply?.ts ?? "",
      actionId: "edit_tags",
    });
    await stack.drain();
    expect(textsIn(stack.slack.viewOf())).toEqual([en.modal.recordGone]);
  });
});
