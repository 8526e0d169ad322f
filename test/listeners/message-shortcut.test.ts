import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import { ko } from "../../lib/i18n/ko.ts";
import { afterNth, cutWire } from "../faults/cut.ts";
import { LEASE_AND_MORE_MS } from "../faults/upload.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  callsTo,
  FAKE,
  GIF,
  JPG,
  markersIn,
  openEdit,
  openShortcut,
  PNG,
  post,
  type Posted,
  press,
  recordIn,
  repliesTo,
  submit,
  sweep,
  tagsIn,
  tagsShown,
  textsIn,
  toldTo,
  upload,
  valuesIn,
  WEBP,
  writtenIn,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const THREE = [
  { name: "alpha.png", bytes: PNG, altText: "A sunrise over the sea" },
  { name: "baseline.jpg", bytes: JPG },
  { name: "animated.gif", bytes: GIF },
];

describe("the message shortcut", () => {
  it("opens a modal with each image's name, size, link and description", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: THREE });
    const view = await openShortcut(stack, posted);
    const [a, b, c] = posted.fileIds;
    expect(view).toMatchObject({ callback_id: "image_tags", title: { text: "Upload to S3" } });
    expect(textsIn(view)).toEqual([
      "alpha.png",
      ` · ${PNG.byteLength} B`,
      "baseline.jpg",
      ` · ${JPG.byteLength} B`,
      "animated.gif",
      " · 1.6 kB",
    ]);
    expect(valuesIn(view)).toEqual({
      [`link:${a}`]: "",
      [`alt:${a}`]: "A sunrise over the sea",
      [`decorative:${a}`]: "",
      [`link:${b}`]: "",
      [`alt:${b}`]: "",
      [`decorative:${b}`]: "",
      [`link:${c}`]: "",
      [`alt:${c}`]: "",
      [`decorative:${c}`]: "",
    });
    expect(JSON.stringify(view)).toContain(en.fields.decorative);
    expect(previewsIn(view)).toEqual(posted.fileIds);
    expect(stack.s3.objects("")).toEqual([]);
  });

  it("uploads, replies in the thread, and shows the result in the modal", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: THREE });
    const [a, b, c] = posted.fileIds;
    await openShortcut(stack, posted, "minho");
    const sent = submit(
      stack,
      {
        [`link:${a}`]: "https://example.com/",
        [`alt:${b}`]: "A harbour",
        [`decorative:${c}`]: ["decorative"],
      },
      "minho",
    );
    const seen = await sent;
    expect(seen.problem).toBeUndefined();
    expect(textsIn(seen.view)).toEqual([en.modal.saving]);

    const view = stack.slack.viewOf("minho");
    const tags = tagsShown(stack, posted);
    expect(tags).toEqual([
      expect.stringMatching(
        /^<a href="https:\/\/example\.com\/"><img src="[^"]+\.png" alt="A sunrise over the sea" width="48" height="32"><\/a>$/u,
      ),
      expect.stringMatching(/^<img src="[^"]+\.jpg" alt="A harbour" /u),
      expect.stringMatching(/^<img src="[^"]+\.gif" alt="" /u),
    ]);
    expect(tagsIn(view)).toEqual(tags);
    expect(view?.submit).toBeNull();
    expect(repliesTo(stack, posted)).toHaveLength(1);
    expect(stack.s3.objects("images/")).toHaveLength(3);
    expect(recordIn(stack)).toMatchObject({
      key: `state/messages/${stack.slack.teamId}/${posted.channel}/${posted.ts}.json`,
      images: [{ requestedBy: ["U0LOCAL002"] }, {}, {}],
      uploader: "U0LOCAL001",
    });
    expect(writtenIn(stack)).toEqual({
      [`${a}`]: { alt: "A sunrise over the sea", link: "https://example.com/" },
      [`${b}`]: { alt: "A harbour" },
      [`${c}`]: { alt: "", decorative: true },
    });
  });

  it("finds the images of a shared message too", async () => {
    await using stack = await startTestStack();
    const original = post(stack, { files: THREE.slice(0, 2) });
    const [message] = stack.slack.thread(original.channel, original.ts);
    const shared = post(stack, {
      user: "minho",
      files: [{ name: "own.gif", bytes: GIF }],
      attachments: [{ is_share: true, files: message?.files ?? [] }],
    });
    expect(shared.fileIds).toHaveLength(3);
    await openShortcut(stack, shared);
    await submit(stack);
    expect(stack.s3.objects("images/")).toHaveLength(3);
    expect(tagsShown(stack, shared)).toHaveLength(3);
    expect(recordIn(stack).images.map(({ fileId }) => fileId)).toEqual(shared.fileIds);
  });

  it("replies in the message's thread", async () => {
    await using stack = await startTestStack();
    const parent = post(stack, { text: "pictures here", files: [] });
    const posted = post(stack, { threadTs: parent.ts });
    await openShortcut(stack, posted);
    await submit(stack);
    expect(repliesTo(stack, parent)).toHaveLength(1);
  });

  it.each([
    ["a private channel", { name: "secret", isPrivate: true }],
    ["a direct message", { name: "talk", isIm: true, members: ["U0LOCAL001"] }],
    ["a group message", { name: "group", isMpim: true }],
  ])("works in %s", async (_, channel) => {
    await using stack = await startTestStack();
    stack.slack.addChannel(channel);
    const posted = post(stack, { channel: channel.name });
    await openShortcut(stack, posted);
    const { view } = await submit(stack, { alt: "A square" });
    expect(textsIn(view)).toEqual([en.modal.saving]);
    expect(tagsShown(stack, posted)).toEqual(tagsIn(stack.slack.viewOf()));
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
  });

  it("edits uploaded images, and uploads nothing again", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack, { files: THREE });
    const [a, b] = posted.fileIds;
    const before = stack.s3.objects("images/");
    const [replyTs] = repliesTo(stack, posted).map(({ ts }) => ts);

    await openShortcut(stack, posted);
    await submit(stack, { [`alt:${a}`]: "A sunrise", [`link:${b}`]: "https://example.com/b" });
    const view = await openShortcut(stack, posted, "minho");
    expect(valuesIn(view)).toMatchObject({
      [`alt:${a}`]: "A sunrise",
      [`link:${b}`]: "https://example.com/b",
    });
    expect(stack.s3.objects("images/")).toEqual(before);
    expect(callsTo(stack, "download")).toHaveLength(3);
    expect(repliesTo(stack, posted).map(({ ts }) => ts)).toEqual([replyTs]);
    expect(tagsShown(stack, posted)[0]).toContain('alt="A sunrise"');
    expect(recordIn(stack).reply?.ts).toEqual([replyTs]);
  });

  it("shows the result in the modal after an edit too", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await openShortcut(stack, posted);
    await submit(stack, { alt: "A square" });
    expect(tagsIn(stack.slack.viewOf())).toEqual(tagsShown(stack, posted));
  });

  it("prefills from the record, not from the file, once there is one", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: THREE.slice(0, 1) });
    await openShortcut(stack, posted);
    await submit(stack, { alt: null });
    expect(writtenIn(stack)).toEqual({ [`${posted.fileIds[0]}`]: { alt: "" } });
    const view = await openShortcut(stack, posted);
    expect(valuesIn(view)[`alt:${posted.fileIds[0]}`]).toBe("");
  });

  it.each([
    ["longer than a description may be", "word ".repeat(180)],
    ["of several lines", "A sunrise\nover the sea"],
    ["only a file name", "IMG_0001.jpg"],
  ])(
    "opens a modal that can be submitted unchanged, even if the file's own description is %s",
    async (_, altText) => {
      await using stack = await startTestStack();
      const posted = post(stack, { files: [{ name: "a.png", bytes: PNG, altText }] });
      const view = await openShortcut(stack, posted);
      expect(Object.keys(valuesIn(view))).toHaveLength(3);
      const seen = await submit(stack);
      expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
      expect(tagsShown(stack, posted)).toHaveLength(1);
    },
  );

  it.each([
    ["text", { text: "no picture", files: [] }],
    [
      "a document",
      { files: [{ name: "a.pdf", bytes: Buffer.from("%PDF-1.7"), mimetype: "application/pdf" }] },
    ],
  ])("says that there are no images in %s", async (_, message) => {
    await using stack = await startTestStack();
    const view = await openShortcut(stack, post(stack, message));
    expect(textsIn(view)).toEqual([en.modal.noImages]);
    expect(view?.submit).toBeNull();
  });

  it("says how to invite the app, or to use the slash command, if it is not a member", async () => {
    await using stack = await startTestStack();
    const view = await openShortcut(stack, post(stack, { channel: "general" }));
    expect(textsIn(view)).toEqual([en.modal.notInvited]);
    expect(view?.submit).toBeNull();
    expect(en.modal.notInvited).toMatch(/\/invite .*\/upload-to-s3/u);
  });

  it.each(["invalid_arguments", "invalid_blocks"])(
    "opens its modal even if Slack refuses the previews with %s",
    async (error) => {
      await using stack = await startTestStack();
      stack.slack.fault({
        on: "views.update",
        kind: "platform_error",
        error,
        when: ({ args }) => JSON.stringify(args).includes("slack_file"),
      });
      const posted = post(stack);
      const view = await openShortcut(stack, posted);
      expect(previewsIn(view)).toEqual([]);
      expect(Object.keys(valuesIn(view))).toHaveLength(3);
      await submit(stack, { alt: "A square" });
      expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
    },
  );

  it("opens its modal even if the file no longer exists in Slack", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    const file = stack.slack.state.files.get(posted.fileIds[0] ?? "");
    Object.assign(file ?? {}, { isDeleted: true });
    const view = await openShortcut(stack, posted);
    expect(previewsIn(view)).toEqual([]);
    await submit(stack, { alt: "A square" });
    expect(outcomeOf(stack, posted)).toEqual(ONE_TAG);
  });

  it("asks for no previews that Slack cannot show", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, {
      files: [
        { name: "a.webp", bytes: WEBP },
        { name: "b.png", bytes: PNG },
      ],
    });
    const view = await openShortcut(stack, posted);
    expect(previewsIn(view)).toEqual(posted.fileIds.slice(1));
    expect(callsTo(stack, "views.update")).toHaveLength(1);
  });

  it("opens its modal before it asks S3 or Slack anything", async () => {
    await using stack = await startTestStack();
    await openShortcut(stack, post(stack));
    const { requests } = stack.slack;
    expect(requests[0]?.method).toBe("views.open");
    expect(stack.s3.requests.length).toBeGreaterThan(0);
  });

  it("keeps the form if S3 can't be read, and stores what is submitted later", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    stack.s3.fault({ on: "GET", kind: "error_500", times: 3 });
    await openShortcut(stack, posted);
    expect(takeLogs()).toContainEqual(expect.objectContaining({ event: "work.failed" }));
    await submit(stack, { alt: "A square" });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
  });

  it("tells the person that the trigger has expired, and does nothing else", async () => {
    await using stack = await startTestStack();
    const { app, clock } = stack;
    stack.serveFrom({
      ...app,
      interactivity(request) {
        clock.nowMs += 3001;
        return app.interactivity(request);
      },
    });
    expect(await openShortcut(stack, post(stack))).toBeUndefined();
    expect(callsTo(stack, "views.open")).toMatchObject([{ error: "expired_trigger_id" }]);
    expect(stack.outgoing()).toEqual(["views.open", "chat.postEphemeral"]);
    expect(toldTo(stack, "jane")).toEqual([en.triggerExpired]);
    expect(takeLogs()).toMatchObject([
      {
        level: "warn",
        event: "modal.failed",
        error: expect.stringContaining("expired_trigger_id"),
      },
    ]);
  });

  it("lists the images that fit, and uploads the rest too", async () => {
    await using stack = await startTestStack();
    const files = Array.from({ length: 25 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    const posted = post(stack, { files });
    const view = await openShortcut(stack, posted);
    expect(Object.keys(valuesIn(view))).toHaveLength(16 * 3);
    expect(textsIn(view).at(-1)).toBe(en.modal.moreImages(9));
    await submit(stack);
    expect(stack.s3.objects("images/")).toHaveLength(25);
  });

  it("says that the only image was deleted", async () => {
    await using stack = await startTestStack();
    const posted = await upload(stack);
    await press(stack, posted, { action: "delete_image" });
    const view = await openShortcut(stack, posted);
    expect(view?.submit).toBeNull();
    expect(textsIn(view)).toEqual([en.modal.deleted]);
  });

  it("tries failed images again when its modal is submitted", async () => {
    await using stack = await startTestStack();
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /^images/u, times: 1 });
    const posted = await upload(stack);
    expect(tagsShown(stack, posted)).toEqual([]);
    await openShortcut(stack, posted);
    await submit(stack, { alt: "A square" });
    expect(tagsShown(stack, posted)[0]).toContain('alt="A square"');
    expect(repliesTo(stack, posted)).toHaveLength(1);
  });

  it("says in the modal, too, why an image was not uploaded", async () => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: [FAKE] });
    await openShortcut(stack, posted);
    await submit(stack);
    expect(JSON.stringify(stack.slack.viewOf())).toContain(`⚠️ ${en.nothingUploaded}`);
    expect(textsIn(stack.slack.viewOf())).toEqual([
      "fake.png",
      expect.stringContaining("not a PNG"),
    ]);
  });

  it("speaks Korean", async () => {
    await using stack = await startTestStack({ LOCALE: "ko" });
    const view = await openShortcut(stack, post(stack));
    expect(JSON.stringify(view)).toContain(ko.fields.decorative);
  });
});

describe("the shortcut's modal, if Slack refuses to change it", () => {
  it.each([
    ["refused", { kind: "platform_error", error: "not_found" }],
    ["rate limited", { kind: "rate_limited", retryAfterSeconds: 5 }],
    ["failing", { kind: "error_500" }],
  ] as const)("leaves a correct reply in the thread: views.update %s", async (_, fault) => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted);
    stack.slack.fault({ on: "views.update", times: Number.POSITIVE_INFINITY, ...fault });
    await submit(stack, { alt: "A square" });
    expect(outcomeOf(stack, posted)).toEqual(ONE_TAG);
  });

  it("leaves a correct reply if the person has closed it meanwhile", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    await openShortcut(stack, posted);
    stack.slack.fault({ on: "views.update", kind: "platform_error", error: "not_found" });
    await submit(stack, { alt: "A square" });
    expect(outcomeOf(stack, posted)).toEqual(ONE_TAG);
    expect(takeLogs().map(({ event }) => event)).not.toContain("modal.failed");
  });
});

describe("a reply that the conversation refuses", () => {
  it.each([
    "not_in_channel",
    "is_archived",
    "channel_not_found",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
  ])("goes to the direct message with the person who used the shortcut: %s", async (error) => {
    await using stack = await startTestStack();
    const posted = post(stack, { files: THREE.slice(0, 2) });
    refuse(stack, posted, { on: "chat.postMessage", error });
    await openShortcut(stack, posted, "minho");
    await submit(stack, { alt: "A square" }, "minho");
    const direct = directOf(stack);
    expect(direct.replies).toHaveLength(1);
    expect(tagsIn(direct.replies)).toHaveLength(2);
    expect(tagsIn(stack.slack.viewOf("minho"))).toEqual(tagsIn(direct.replies));
    expect(repliesTo(stack, posted)).toEqual([]);
    expect(recordIn(stack).reply).toEqual({
      channelId: direct.channel,
      ts: direct.replies.map(({ ts }) => ts),
    });
    expect(stack.slack.state.channels.get(direct.channel)?.members).toContain("U0LOCAL002");
    expect(markersIn(stack)).toEqual([]);
    expect(takeLogs()).toContainEqual(
      expect.objectContaining({ event: "reply.redirected", user: "U0LOCAL002" }),
    );

    const [a, b] = posted.fileIds;
    const reply = { channel: direct.channel, ts: "", threadTs: direct.replies[0]?.ts ?? "" };
    await openEdit(stack, { ...reply, fileIds: [] }, { fileId: b, user: "minho" });
    await submit(stack, { alt: "A harbour" }, "minho");
    expect(tagsIn(directOf(stack).replies)[1]).toContain('alt="A harbour"');
    const pressed = { action: "delete_image", fileId: a, user: "minho" } as const;
    await press(stack, { ...reply, fileIds: [] }, pressed);
    expect(tagsIn(directOf(stack).replies)).toHaveLength(1);
    expect(directOf(stack).replies).toHaveLength(1);
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(repliesTo(stack, posted)).toEqual([]);
  });

  it("goes there if the conversation is closed during the upload", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    refuse(stack, posted, { on: "chat.update", error: "is_archived" });
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    expect(tagsIn(directOf(stack).replies)).toHaveLength(1);
    expect(recordIn(stack).reply?.channelId).toBe(directOf(stack).channel);
    expect(markersIn(stack)).toEqual([]);
  });

  it("is there once, even if a worker died before it could note that", async () => {
    await using stack = await startTestStack({ CRON_SECRET: "cron-secret" });
    const posted = post(stack);
    refuse(stack, posted, { on: "chat.postMessage", error: "not_in_channel" });
    refuse(stack, posted, { on: "conversations.replies", error: "not_in_channel" });
    await openShortcut(stack, posted, "minho");
    const wire = cutWire(stack, afterNth("chat.postMessage"));
    await submit(stack, {}, "minho");
    wire.mend();
    const [first] = directOf(stack).replies;
    expect(first?.text).toBe("Uploading 1 image…");
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack, stack.createInstance())).toMatchObject({ finished: 1, open: 0 });
    const { replies } = directOf(stack);
    expect(replies.map(({ ts }) => ts)).toEqual([first?.ts]);
    expect(tagsIn(replies)).toHaveLength(1);
  });

  it("is shown to nobody if the direct message refuses it too, but the images are uploaded", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    const [error, times] = ["restricted_action", Number.POSITIVE_INFINITY] as const;
    stack.slack.fault({ on: "chat.postMessage", kind: "platform_error", error, times });
    await openShortcut(stack, posted, "minho");
    await submit(stack, {}, "minho");
    expect(tagsIn(stack.slack.viewOf("minho"))).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
    expect(takeLogs().map(({ event }) => event)).toContain("reply.failed");
  });

  it("goes to nobody if nobody used the shortcut", async () => {
    await using stack = await startTestStack();
    const posted = post(stack);
    refuse(stack, posted, { on: "chat.postMessage", error: "restricted_action" });
    await stack.send(stack.slack.envelopeOf(posted.channel, posted.ts));
    await stack.drain();
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(directOf(stack).replies).toEqual([]);
    expect(takeLogs().map(({ event }) => event)).toContain("reply.failed");
  });
});

/** Lets Slack refuse this method in the message's own conversation, permanently. */
function refuse(
  stack: TestStack,
  { channel }: Posted,
  { on, error }: { on: string; error: string },
): void {
  stack.slack.fault({
    on,
    kind: "platform_error",
    error,
    times: Number.POSITIVE_INFINITY,
    when: ({ args }) => args["channel"] === channel,
  });
}

/** Returns the app's replies in direct messages. */
function directOf(stack: TestStack) {
  const direct = [...stack.slack.state.messages].find(([id]) => id.startsWith("D"));
  const [channel, messages] = direct ?? ["", []];
  return { channel, replies: messages.filter(({ bot_id }) => bot_id !== undefined) };
}

/** Returns what the thread and the record hold in the end. */
function outcomeOf(stack: TestStack, posted: Posted) {
  return { lease: recordIn(stack).lease, tags: tagsShown(stack, posted) };
}

const ONE_TAG = { lease: undefined, tags: [expect.stringContaining('alt="A square"')] };

function previewsIn(view: { blocks: Record<string, unknown>[] } | undefined): unknown[] {
  return (view?.blocks ?? [])
    .filter(({ type }) => type === "image")
    .map(({ slack_file: file }) =>
      typeof file === "object" && file !== null && "id" in file ? file.id : undefined,
    );
}
