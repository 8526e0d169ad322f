import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import viewSubmission from "../fixtures/payloads/view-submission-upload-files.json" with { type: "json" };
import {
  callsTo,
  fieldOf,
  GIF,
  JPG,
  PNG,
  recordIn,
  submit,
  submitAtOnce,
  tagsIn,
  textsIn,
  writtenIn,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

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

describe("the form of /upload-to-s3, sent", () => {
  it("takes photos of phones, and the description that came with them unless one was written", async () => {
    await using stack = await startTestStack();
    const bytes = await readFile(new URL("../fixtures/images/heic/still.heic", import.meta.url));
    await openForm(stack);
    const files = [
      { name: "IMG_0001.HEIC", bytes, altText: "Two trees" },
      { name: "IMG_0002.HEIF", bytes },
    ];
    const seen = await submit(stack, { files });
    expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
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
  ])("uploads in %s, and turns into the result", async (_, channel) => {
    await using stack = await startTestStack();
    stack.slack.addChannel(channel);
    const form = await openForm(stack, channel.name);
    const seen = await submit(stack, { files: THREE, alt: "Things", link: "https://example.com/" });
    expect([seen.errors, seen.problem]).toEqual([{}, undefined]);
    expect(textsIn(seen.view)).toEqual([en.modal.uploading]);

    const view = stack.slack.viewOf();
    expect(view?.id).toBe(form?.id);
    expect(view?.submit).toBeNull();
    const urls = recordIn(stack).images.map(
      ({ key }) => `${stack.s3.publicBaseUrl}/${String(key)}`,
    );
    expect(tagsIn(view)).toEqual(
      urls.map((url) =>
        expect.stringMatching(
          new RegExp(
            `^<a href="https://example\\.com/"><img src="${url}" alt="Things" width="\\d+" height="\\d+"></a>$`,
            "u",
          ),
        ),
      ),
    );
    expect(new Set(stack.s3.objects("images/").map(({ key }) => key.split(".").at(-1)))).toEqual(
      new Set(["png", "jpg", "gif"]),
    );
    expect(callsTo(stack, "chat.postMessage")).toEqual([]);
    expect([...stack.slack.state.messages.values()].flat()).toEqual([]);
    expect(recordIn(stack)).toMatchObject({
      key: `state/forms/${stack.slack.teamId}/${form?.id}.json`,
      state: "done",
      source: { type: "form", viewId: form?.id },
      uploader: "U0LOCAL001",
      requestedBy: ["U0LOCAL001"],
      replyTs: [],
    });
  });

  it("needs a file, by Slack's own word and by ours", async () => {
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

  it("takes ten files, and Slack refuses eleven", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const files = Array.from({ length: 11 }, (_, index) => ({ name: `${index}.png`, bytes: PNG }));
    expect((await submit(stack, { files })).errors).toHaveProperty("files");
    await submit(stack, { files: files.slice(0, 10) });
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(10);
  });

  it.each([
    ["link", "example.com", en.badLink],
    ["alt", "photo.jpg", en.badAlt.file_name],
    ["alt", "image", en.badAlt.says_nothing],
  ])("says what is wrong under the field: %s %s", async (field, value, sentence) => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    const seen = await submit(stack, { files: THREE, [field]: value });
    expect(seen.errors).toEqual({ [fieldOf(form, field)]: sentence });
    expect(stack.s3.objects("")).toEqual([]);
  });

  it("writes no description of decorative images", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    await submit(stack, { files: THREE.slice(0, 1), decorative: ["decorative"] });
    expect(Object.values(writtenIn(stack))).toEqual([{ alt: "", decorative: true }]);
    expect(tagsIn(stack.slack.viewOf())[0]).toContain('alt=""');
  });

  it("says which files are no images", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    const files = [...THREE.slice(0, 1), { name: "fake.png", bytes: Buffer.from("GIF? no.") }];
    await submit(stack, { files });
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(1);
    expect(textsIn(stack.slack.viewOf()).at(-1)).toContain("It is not a PNG");
  });

  it("uploads even when the modal cannot be changed any more", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.slack.fault({ on: "views.update", kind: "platform_error", error: "not_found" });
    await submit(stack, { files: THREE });
    expect(stack.s3.objects("images/")).toHaveLength(3);
    expect(recordIn(stack).state).toBe("done");
  });

  it("waits when Slack asks to, and then shows the result", async () => {
    await using stack = await startTestStack();
    await openForm(stack);
    stack.slack.fault({ on: "views.update", kind: "rate_limited", retryAfterSeconds: 7 });
    await submit(stack, { files: THREE });
    expect(tagsIn(stack.slack.viewOf())).toHaveLength(3);
  });

  it("is not accepted when the record cannot be stored within 2.5 s", async () => {
    await using stack = await startTestStack();
    const form = await openForm(stack);
    stack.s3.fault({ on: "PUT", kind: "stall", key: /^state/u, times: 1 });
    const sent = submitAtOnce(stack, { files: THREE });
    await expect.poll(() => stack.s3.requests.some(({ method }) => method === "PUT")).toBe(true);
    stack.clock.expire();
    const seen = await sent;
    expect(seen.ack?.status).toBe(503);
    expect(stack.slack.viewOf()).toMatchObject({ id: form?.id, callback_id: "upload_files" });
    await stack.s3.close();
  });
});
