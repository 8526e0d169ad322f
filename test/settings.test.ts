import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../lib/environment.ts";
import { en, type Messages } from "../lib/i18n/en.ts";
import { ko } from "../lib/i18n/ko.ts";
import { type SettingsFor, toSettings } from "../lib/settings.ts";
import packageJson from "../package.json" with { type: "json" };
import { CONFIGURED } from "./fixtures/variables.ts";
import { takeLogs } from "./helpers/logs.ts";
import {
  callsTo,
  deleteRecord,
  markersIn,
  openEdit,
  openShortcut,
  type Posted,
  post,
  press,
  repliesTo,
  submit,
  sweep,
  tagsShown,
  toldTo,
  upload,
} from "./helpers/person.ts";
import { startTestStack, type TestStack } from "./helpers/stack.ts";

const settingsOf = (changed: Record<string, string>) =>
  toSettings(parseEnvironment({ ...CONFIGURED, ...changed }));

const USUAL = settingsOf({});
const KOREAN = settingsOf({ LOCALE: "ko", TAG_FORMATS: "markdown", MAX_WIDTH: "24" });
const QUIET = settingsOf({ AUTO_UPLOAD: "false" });

/** One answers at once, the other later: both are allowed. */
const settingsFor: SettingsFor = (channelId) => {
  if (channelId === "C0KOREAN") {
    return Promise.resolve(KOREAN);
  }
  return channelId === "C0QUIET" ? QUIET : USUAL;
};

/** #korean wishes for Korean, Markdown and small images, #quiet for no upload unasked, and #images for what is usual. */
async function start(wished: SettingsFor = settingsFor): Promise<TestStack> {
  const env = { CRON_SECRET: "cron-secret" };
  const scopes = ["channels:read", "groups:read"];
  const stack = await startTestStack(env, { settingsFor: wished, scopes });
  stack.slack.addChannel({ id: "C0KOREAN", name: "korean" });
  stack.slack.addChannel({ id: "C0QUIET", name: "quiet" });
  return stack;
}

function outOfReach(): Promise<never> {
  return Promise.reject(new Error("the settings are out of reach"));
}

const LEASE_AND_MORE_MS = 311_000;
const HTML = /^<img src="[^"]+" alt="" width="48" height="32">$/u;
const MARKDOWN = /^!\[\]\([^)]+\)$/u;

describe("settingsFor()", () => {
  it.each<[string, RegExp, Messages, string]>([
    ["images", HTML, en, "48 × 32"],
    ["korean", MARKDOWN, ko, "24 × 16"],
  ])("decides on #%s's tags, images and language", async (channel, tag, messages, pixels) => {
    await using stack = await start();
    const posted = await upload(stack, { channel });
    expect(callsTo(stack, "chat.postMessage").map(({ args }) => args["text"])).toEqual([
      messages.uploading(1),
    ]);
    expect(tagsShown(stack, posted)).toEqual([expect.stringMatching(tag)]);
    expect(shownIn(stack, posted)).toContain(pixels);
    expect(shownIn(stack, posted)).toContain(messages.editTags);
    expect(shownIn(stack, posted)).toContain(messages.noDescription);
  });

  it.each([
    ["images", '<img src="URL" alt="A sunrise" width="48" height="32">', en],
    ["korean", "![A sunrise](URL)", ko],
  ])("decides on an edit in #%s", async (channel, tag, messages) => {
    await using stack = await start();
    const posted = await upload(stack, { channel });
    const opened = await openEdit(stack, posted);
    expect(JSON.stringify(opened)).toContain(messages.fields.altHint);
    expect(JSON.stringify(callsTo(stack, "views.open")[0]?.args)).toContain(messages.modal.loading);
    const { ack } = await submit(stack, { link: "nowhere" });
    expect(ack?.body).toContain(messages.badLink);
    const saved = await submit(stack, { alt: "A sunrise", link: "" });
    expect(saved.ack?.body).toContain(messages.modal.title);
    const [shown] = tagsShown(stack, posted);
    expect(shown?.replace(/https?:[^")]+/u, "URL")).toBe(tag);
  });

  it.each([
    ["images", HTML, en],
    ["korean", MARKDOWN, ko],
  ])("decides on a retry in #%s", async (channel, tag, messages) => {
    await using stack = await start();
    stack.s3.fault({ on: "PUT", kind: "forbidden", key: /^images\//u, times: 1 });
    const posted = await upload(stack, { channel });
    expect(shownIn(stack, posted)).toContain(messages.retryUpload);
    await press(stack, posted, { action: "retry_upload" });
    expect(tagsShown(stack, posted)).toEqual([expect.stringMatching(tag)]);
    await deleteRecord(stack);
    await press(stack, posted, { action: "delete_image" });
    expect(toldTo(stack, "jane")).toEqual([messages.recordGone]);
  });

  it("decides in a sweep on what was never delivered", async () => {
    await using stack = await start();
    const lost = ["images", "korean", "quiet"].map((channel) => post(stack, { channel }));
    expect(await sweep(stack)).toMatchObject({ found: 2, channels: 2, isComplete: true });
    const [usual, korean, quiet] = lost.map((posted) => tagsShown(stack, posted));
    expect(usual).toEqual([expect.stringMatching(HTML)]);
    expect(korean).toEqual([expect.stringMatching(MARKDOWN)]);
    expect(quiet).toEqual([]);
  });

  it("decides in a sweep on what was left behind, as long as it fails too", async () => {
    let asked = 0;
    let isDown = true;
    await using stack = await start((channelId) => {
      asked += 1;
      return isDown && asked > 1 ? outOfReach() : settingsFor(channelId);
    });
    const posted = await upload(stack, { channel: "korean" });
    expect([tagsShown(stack, posted), markersIn(stack).length]).toEqual([[], 1]);
    expect(takeLogs().map(({ event }) => event)).toContain("work.failed");
    isDown = false;
    stack.clock.nowMs += LEASE_AND_MORE_MS;
    expect(await sweep(stack)).toMatchObject({ finished: 1, open: 0 });
    expect(tagsShown(stack, posted)).toEqual([expect.stringMatching(MARKDOWN)]);
    expect(stack.s3.objects("images/")).toHaveLength(1);
    expect(markersIn(stack)).toEqual([]);
  });

  it("is asked before an answer only where there are images, and Slack asks again when it fails", async () => {
    await using stack = await start(outOfReach);
    const { envelope } = stack.slack.postMessage({ channel: "images", text: "Hello" });
    expect((await stack.send(envelope)).status).toBe(200);
    const posted = post(stack);
    const image = stack.slack.envelopeOf(posted.channel, posted.ts);
    expect((await stack.send(image)).status).toBe(500);
    expect(stack.outgoing()).toEqual([]);
  });

  it("decides whether what is posted is uploaded unasked; the shortcut uploads it", async () => {
    await using stack = await start();
    const posted = await upload(stack, { channel: "quiet" });
    expect(stack.outgoing()).toEqual([]);
    expect(await sweep(stack)).toMatchObject({ found: 0, channels: 2 });
    await openShortcut(stack, posted);
    await submit(stack);
    expect(tagsShown(stack, posted)).toEqual([expect.stringMatching(HTML)]);
  });

  it("decides on the words of the command and the shortcut; the form belongs to no channel", async () => {
    await using stack = await start();
    await stack.slack.slashCommand({ channel: "korean", text: "help" });
    expect(toldTo(stack, "jane")).toEqual([ko.help(packageJson.version)]);
    await stack.slack.slashCommand({ channel: "korean" });
    await stack.drain();
    expect(JSON.stringify(stack.slack.viewOf())).toContain(en.fields.files);
    const view = await openShortcut(stack, post(stack, { channel: "korean" }), "minho");
    expect(JSON.stringify(view)).toContain(ko.fields.altHint);
  });
});

/** All that the reply says, in its buttons too. */
function shownIn(stack: TestStack, posted: Posted): string {
  return JSON.stringify(repliesTo(stack, posted).map(({ blocks }) => blocks));
}
