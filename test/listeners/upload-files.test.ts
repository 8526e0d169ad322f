import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import viewSubmission from "../fixtures/payloads/view-submission-upload-files.json" with { type: "json" };
import { afterNth, cutWire } from "../faults/cut.ts";
import { LEASE_AND_MORE_MS } from "../faults/upload.ts";
import { takeLogs } from "../helpers/logs.ts";
import {
  callsTo,
  fieldOf,
  GIF,
  JPG,
  markersIn,
  openEdit,
  PNG,
  press,
  recordIn,
  submit,
  submitAtOnce,
  sweep,
  tagsIn,
  tagsShown,
  textsIn,
  TWO,
  valuesIn,
  writtenIn,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

/** The app's direct message with Jane. */
const DIRECT = "D0LOCAL003";
const THREE = [
  { name: "alpha.png", bytes: PNG },
  { name: "baseline.jpg", bytes: JPG },
  { name: "animated.gif", bytes: GIF },
];

async function openForm(stack: TestStack, channel = "general") {
  await stack.slack.slashCommand({ channel });
  await stack.drain();
  return stack.slack.viewOf();
}

describe("the submitted form of /upload-to-s3", () => {
  it("accepts photos from phones, and keeps the description that came with them unless one was written", async () => {
    await using stack = await startTestStack();
    const bytes = await readFile(new URL("../fixtures/images/heic/still.heic", import.meta.url));
    await openForm(stack);
    const files = [
      { name: "IMG_0001.HEIC", bytes, altText: "Two trees" },
      { name: "IMG_0002.HEIF", bytes },
    ];
    const seen = await submit(stack, { files });
    expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
    expect(Object.values(valuesIn(seen.view))).toEqual(["Two trees", "", "", "", "", ""]);
    await submit(stack);
    expect(tagsIn(stack.slack.viewOf())).toEqual([
      expect.stringMatching(/\.jpg" alt="Two trees" width="64" height="48">$/u),
      expect.stringMatching(/\.jpg" alt="" width="64" height="48">$/u),
    ]);
  });

  it.each([
    ["a channel without the app", { name: "elsewhere", botIsMember: false }],
    ["a private channel without the app", { name: "secret", isPrivate: true, botIsMember: false }],
    ["a direct message of two people", { name: "talk", isIm: true, botIsMember: false }],
    ["a group message without the app", { name: "group", isMpim: true, botIsMember: false }],
  ])("uploads in %s, asks for each image's tag, and turns into the result", async (_, channel) => {
    await using stack = await startTestStack();
    stack.slack.addChannel(channel);
    const form = await openForm(stack, channel.name);
    const seen = await submit(stack, { files: THREE });
    expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
    const [a, b, c] = recordIn(stack).images.map(({ fileId }) => fileId);
    expect(textsIn(seen.view)).toEqual(textsIn(stack.slack.viewOf()));
    expect(JSON.stringify(seen.view)).toContain(en.modal.uploadingEach);
    expect(Object.keys(valuesIn(seen.view))).toEqual(
      [a, b, c].flatMap((id) => [`alt:${id}`, `decorative:${id}`, `link:${id}`]),
    );
    // The images are uploaded, whatever becomes of the second step.
    expect(stack.s3.objects("images/")).toHaveLength(3);
    expect(tagsIn(stack.slack.state.messages.get(DIRECT))).toHaveLength(3);

    const sent = await submit(stack, {
      [`link:${a}`]: "https://example.com/",
      [`alt:${b}`]: "A harbour",
      [`decorative:${c}`]: ["decorative"],
    });
    expect([sent.errors, sent.problem]).toEqual([{}, undefined]);
    const view = stack.slack.viewOf();
    expect(view?.id).toBe(form?.id);
    expect(view?.submit).toBeNull();
    const [first, second, third] = recordIn(stack).images.map(
      ({ key }) => `${stack.s3.publicBaseUrl}/${String(key)}`,
    );
    expect(tagsIn(view)).toEqual([
      `<a href="https://example.com/"><img src="${first}" alt="" width="48" height="32"></a>`,
      expect.stringContaining(`<img src="${second}" alt="A harbour" `),
      expect.stringContaining(`<img src="${third}" alt="" `),
    ]);
    expect(recordIn(stack).images[2]).toMatchObject({ decorative: true });
    expect(new Set(stack.s3.objects("images/").map(({ key }) => key.split(".").at(-1)))).toEqual(
      new Set(["png", "jpg", "gif"]),
    );
    const [reply, ...others] = [...stack.slack.state.messages.values()].flat();
    expect(others).toEqual([]);
    expect(tagsIn(reply?.blocks)).toEqual(tagsIn(view));
    const direct = stack.slack.state.messages.get(DIRECT);
    expect(direct).toEqual([reply]);
    expect(recordIn(stack)).toMatchObject({
      key: `state/forms/${stack.slack.teamId}/${form?.id}.json`,
      source: { type: "form", viewId: form?.id, userId: "U0LOCAL001" },
      uploader: "U0LOCAL001",
      reply: { channelId: DIRECT, ts: [reply?.ts] },
      images: THREE.map(() => ({ requestedBy: ["U0LOCAL001"], state: "uploaded" })),
    });
  });

  it("turns into the result of one file in one step", async () => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    const files = THREE.slice(0, 1);
    const seen = await submit(stack, { files, alt: "A square", link: "https://example.com/" });
    expect(textsIn(seen.view)).toEqual([en.modal.uploading]);
    const view = stack.slack.viewOf();
    expect([view?.id, view?.submit]).toEqual([form?.id, null]);
    expect(tagsIn(view)).toEqual([
      expect.stringMatching(/^<a href="https:\/\/example\.com\/"><img .*alt="A square"/u),
    ]);
  });

  it("starts each image's tag with what was written for all", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const seen = await submit(stack, { files: TWO, link: "https://example.com/" });
    const [a, b] = recordIn(stack).images.map(({ fileId }) => fileId);
    expect(valuesIn(seen.view)).toMatchObject({
      [`link:${a}`]: "https://example.com/",
      [`link:${b}`]: "https://example.com/",
    });
    await submit(stack, { [`link:${b}`]: null });
    expect(writtenIn(stack)).toEqual({
      [`${a}`]: { alt: "", link: "https://example.com/" },
      [`${b}`]: { alt: "" },
    });
  });

  it("says under the field what is wrong in the second step, too, and keeps the rest", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const { view } = await submit(stack, { files: TWO });
    const [a, b] = recordIn(stack).images.map(({ fileId }) => fileId);
    const wrong = await submit(stack, { [`alt:${a}`]: "A square", [`link:${b}`]: "nowhere" });
    expect(wrong.errors).toEqual({ [fieldOf(view, `link:${b}`)]: en.badLink });
    await submit(stack, { [`link:${b}`]: "https://example.com/b" });
    expect(writtenIn(stack)).toEqual({
      [`${a}`]: { alt: "A square" },
      [`${b}`]: { alt: "", link: "https://example.com/b" },
    });
  });

  it("keeps the text in the second step during the upload, and then shows the result", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.slack.fault({ on: "download", kind: "stall", times: 1 });
    await submitAtOnce(stack, { files: TWO });
    const [a] = recordIn(stack).images.map(({ fileId }) => fileId);
    const seen = await submitAtOnce(stack, { [`alt:${a}`]: "A square" });
    expect(textsIn(seen.view)).toEqual([en.modal.stillUploading]);
    await expect.poll(() => callsTo(stack, "download").length).toBe(2);
    stack.clock.expire(30_000);
    await stack.drain();
    expect(tagsIn(stack.slack.viewOf()).join("")).toContain('alt="A square"');
    expect(tagsIn(stack.slack.state.messages.get(DIRECT))).toEqual(tagsIn(stack.slack.viewOf()));
    expect(markersIn(stack)).toEqual([]);
  });

  it("starts the second step with what was saved there if it is submitted twice", async () => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    const files = TWO.map(({ name }, index) => ({ id: `F${index}`, name, mimetype: "image/png" }));
    const { view, ...others } = viewSubmission;
    const state = { values: { files: { files: { type: "file_input", files } } } };
    const payload = JSON.stringify({ ...others, view: { ...view, id: form?.id, state } });
    await stack.sendForm("interactivity", { payload });
    await stack.drain();
    const second = await (await stack.sendForm("interactivity", { payload })).json();
    expect(second).toMatchObject({ response_action: "update" });
    await stack.drain();
    expect(recordIn(stack).images).toHaveLength(2);
  });

  it("needs a file, both for Slack and for the app", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    expect((await submit(stack, { alt: "A square" })).errors).toHaveProperty("files");
    const { view, ...others } = viewSubmission;
    const state = { values: { files: { files: { type: "file_input", files: [] } } } };
    const payload = JSON.stringify({ ...others, view: { ...view, state } });
    const response = await stack.sendForm("interactivity", { payload });
    expect(await response.json()).toEqual({
      response_action: "errors",
      errors: { files: en.noFiles },
    });
    expect(stack.s3.objects("")).toEqual([]);
  });

  it("accepts ten files; Slack refuses eleven", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const files = Array.from({ length: 11 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    expect((await submit(stack, { files })).errors).toHaveProperty("files");
    await submit(stack, { files: files.slice(0, 10) });
    expect(Object.keys(valuesIn(stack.slack.viewOf()))).toHaveLength(30);
    await submit(stack);
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(10);
  });

  it.each([
    ["link", "example.com", en.badLink],
    ["alt", "photo.jpg", en.badAlt.file_name],
    ["alt", "image", en.badAlt.says_nothing],
  ])("says under the field what is wrong: %s %s", async (field, value, sentence) => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    const seen = await submit(stack, { files: THREE, [field]: value });
    expect(seen.errors).toEqual({ [fieldOf(form, field)]: sentence });
    expect(stack.s3.objects("")).toEqual([]);
  });

  it("writes no description of decorative images, and drops none silently", async () => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    const both = { files: THREE.slice(0, 1), alt: "Two trees", decorative: ["decorative"] };
    const { errors } = await submit(stack, both);
    expect(errors).toEqual({ [fieldOf(form, "alt")]: en.describedDecorative });
    await openForm(stack);
    await submit(stack, { files: THREE.slice(0, 1), decorative: ["decorative"] });
    expect(Object.values(writtenIn(stack))).toEqual([{ alt: "", decorative: true }]);
    expect(tagsIn(stack.slack.viewOf())[0]).toContain('alt=""');
  });

  it("says which files are not images", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const files = [...THREE.slice(0, 1), { name: "fake.png", bytes: Buffer.from("GIF? no.") }];
    await submit(stack, { files });
    await submit(stack);
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(1);
    expect(textsIn(stack.slack.viewOf()).at(-1)).toContain("This is not a PNG");
  });

  it("uploads even if the modal can no longer be changed", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.slack.fault({ on: "views.update", kind: "platform_error", error: "not_found" });
    await submit(stack, { files: THREE.slice(0, 1) });
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
    expect(takeLogs().map(({ event }) => event)).not.toContain("modal.failed");
  });

  it("has a reply in the direct message that can be edited, deleted and retried like any other", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /\.gif$/u, times: 1 });
    await submit(stack, { files: THREE, alt: "Things" });
    await stack.slack.closeView({ viewId: stack.slack.viewOf()?.id ?? "" });
    const [reply, ...others] = stack.slack.state.messages.get(DIRECT) ?? [];
    const fileIds = recordIn(stack).images.map(({ fileId }) => fileId);
    const posted = { channel: DIRECT, ts: reply?.ts ?? "", threadTs: reply?.ts ?? "", fileIds };
    expect(others).toEqual([]);
    expect(tagsShown(stack, posted)).toHaveLength(2);

    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toHaveLength(3);
    await openEdit(stack, posted, { fileId: fileIds[1] });
    await submit(stack, { alt: "A harbour" });
    expect(tagsShown(stack, posted)[1]).toContain('alt="A harbour"');
    await press(stack, posted, { action: "delete_image", fileId: fileIds[0] });
    expect(tagsShown(stack, posted)).toHaveLength(2);
    expect(stack.s3.objects("images/")).toHaveLength(2);
    expect(stack.slack.state.messages.get(DIRECT)).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
  });

  it("uploads images that only the sender and admins can delete", async () => {
    await using stack = await startTestStack({ ADMIN_USER_IDS: "U0LOCAL003" });
    stack.slack.addUser({ name: "admin", id: "U0LOCAL003" });
    await stack.slack.slashCommand({ channel: "general", user: "minho" });
    await stack.drain();
    await submit(stack, { files: TWO }, "minho");
    const { reply, images } = recordIn(stack);
    const [a, b] = images.map(({ fileId }) => fileId);
    const posted = { channel: reply?.channelId ?? "", ts: "", threadTs: reply?.ts[0] ?? "" };
    const pressAs = (user: string, fileId: string | undefined) =>
      press(stack, { ...posted, fileIds: [] }, { action: "delete_image", fileId, user });
    const states = () => recordIn(stack).images.map(({ state }) => state);
    await pressAs("jane", a);
    expect(states()).toEqual(["uploaded", "uploaded"]);
    await pressAs("minho", a);
    expect(states()).toEqual(["deleted", "uploaded"]);
    await pressAs("admin", b);
    expect(states()).toEqual(["deleted", "deleted"]);
    expect(stack.s3.objects("images/")).toEqual([]);
  });

  it("opens a direct message with a person who never wrote to the app", async () => {
    await using stack = await startTestStack();
    await stack.slack.slashCommand({ channel: "general", user: "minho" });
    await stack.drain();
    await submit(stack, { files: THREE }, "minho");
    const { reply } = recordIn(stack);
    expect(reply?.channelId).toMatch(/^D/u);
    expect(stack.slack.state.channels.get(reply?.channelId ?? "")?.members).toContain("U0LOCAL002");
    expect(stack.slack.state.messages.get(DIRECT)).toBeUndefined();
  });

  it("keeps the first reply as the only one if a worker died before it could note the conversation", async () => {
    await using stack = await startTestStack({ CRON_SECRET: "cron-secret" });
    await openForm(stack);
    const wire = cutWire(stack, afterNth("chat.postMessage"));
    await submit(stack, { files: THREE });
    wire.mend();
    const [first] = stack.slack.state.messages.get(DIRECT) ?? [];
    expect(first?.text).toBe("Uploading 3 images…");
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack, stack.createInstance())).toMatchObject({ finished: 1, open: 0 });
    expect(stack.slack.state.messages.get(DIRECT)?.map(({ ts }) => ts)).toEqual([first?.ts]);
    expect(tagsIn(stack.slack.state.messages.get(DIRECT))).toHaveLength(3);
  });

  it("is uploaded even if direct messages with the app are switched off", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const [error, times] = ["messages_tab_disabled", Number.POSITIVE_INFINITY] as const;
    stack.slack.fault({ on: "chat.postMessage", kind: "platform_error", error, times });
    await submit(stack, { files: THREE });
    await submit(stack);
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(3);
    expect(markersIn(stack)).toEqual([]);
    expect(takeLogs().map(({ event }) => event)).toContain("reply.failed");
  });

  it("waits if Slack asks to, and then shows the result", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.slack.fault({ on: "views.update", kind: "rate_limited", retryAfterSeconds: 7 });
    await submit(stack, { files: THREE.slice(0, 1) });
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(1);
  });

  it("is not accepted if the record can't be stored within 2.5 s", async () => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    stack.s3.fault({ on: "PUT", kind: "stall", key: /^state\/(?:messages|forms)/u, times: 1 });
    const sent = submitAtOnce(stack, { files: THREE });
    await expect.poll(() => stack.s3.requests.some(({ method }) => method === "PUT")).toBe(true);
    stack.clock.expire();
    const seen = await sent;
    expect(seen.ack?.status).toBe(503);
    expect(stack.slack.viewOf()).toMatchObject({ id: form?.id, callback_id: "upload_files" });
    await stack.s3.close();
  });
});
