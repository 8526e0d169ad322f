import { describe, expect, it } from "vitest";
import { type Receiver, startReceiver, urlsAt } from "./receiver.ts";
import { errorOf, isRecord, png, refused, start } from "./start.ts";

const modal = (more: Record<string, unknown> = {}) => ({
  type: "modal",
  title: { type: "plain_text", text: "Upload" },
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "x" } }],
  ...more,
});

describe("views.open", () => {
  it("opens a modal with a fresh trigger and gives it back in Slack's shape", async () => {
    await using tried = await triggered();
    const { slack, open, triggerId } = tried;
    const answer = await open(triggerId, modal({ callback_id: "c", private_metadata: "p" }));
    expect(answer).toMatchObject({
      view: {
        id: expect.stringMatching(/^V/),
        team_id: slack.teamId,
        type: "modal",
        title: { type: "plain_text", text: "Upload", emoji: true },
        submit: null,
        callback_id: "c",
        private_metadata: "p",
        state: { values: {} },
        hash: expect.any(String),
        previous_view_id: null,
        app_id: slack.appId,
        bot_id: slack.botId,
      },
    });
    expect(slack.viewOf("jane")).toMatchObject({ callback_id: "c" });
    expect(slack.viewOf("minho")).toBeUndefined();
  });

  it("takes a trigger 3 seconds old, and refuses one a millisecond older", async () => {
    await using tried = await triggered();
    tried.time.nowMs += 3001;
    expect(await errorOf(tried.open(tried.triggerId, modal()))).toBe("expired_trigger_id");
    tried.time.nowMs -= 1;
    expect(await tried.open(tried.triggerId, modal())).toMatchObject({ ok: true });
  });

  it("takes a trigger once, and refuses one that was never issued", async () => {
    await using tried = await triggered();
    await tried.open(tried.triggerId, modal());
    expect(await errorOf(tried.open(tried.triggerId, modal()))).toBe("exchanged_trigger_id");
    expect(await errorOf(tried.open("1.2.abc", modal()))).toBe("invalid_trigger_id");
    expect(await errorOf(tried.open("", modal()))).toBe("invalid_arguments");
  });

  it("leaves the trigger for another view when the first is refused", async () => {
    await using tried = await triggered();
    const image = { type: "image", alt_text: "a", slack_file: { id: "F0NOWHERE" } };
    expect(await refused(tried.open(tried.triggerId, modal({ blocks: [image] })))).toMatchObject({
      error: "invalid_arguments",
      response_metadata: {
        messages: ["[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]"],
      },
    });
    expect(await tried.open(tried.triggerId, modal())).toMatchObject({ ok: true });
  });

  it("accepts a view of 250 kB and refuses one byte more", async () => {
    await using tried = await triggered();
    const section = (text: string) => ({ type: "section", text: { type: "plain_text", text } });
    const filled = Array.from({ length: 81 }, () => section("x".repeat(3000)));
    const ofBytes = (bytes: number) => {
      const rest = bytes - JSON.stringify(modal({ blocks: [...filled, section("")] })).length;
      return modal({ blocks: [...filled, section("x".repeat(rest))] });
    };
    expect(await errorOf(tried.open(tried.triggerId, ofBytes(250_001)))).toBe("view_too_large");
    expect(await tried.open(tried.triggerId, ofBytes(250_000))).toMatchObject({ ok: true });
  });
});

describe("views.push", () => {
  it("stacks three views and no fourth", async () => {
    await using tried = await triggered();
    const push = async () =>
      tried.client.apiCall("views.push", { trigger_id: await tried.trigger(), view: modal() });
    await tried.open(tried.triggerId, modal());
    await push();
    await push();
    expect(await errorOf(push())).toBe("push_limit_reached");
    const [root, second, third] = tried.slack.state.modals.values().next().value ?? [];
    expect(third).toMatchObject({ root_view_id: root?.id, previous_view_id: second?.id });
  });
});

describe("views.update", () => {
  it("keeps the id, changes the hash, and refuses a stale one", async () => {
    await using tried = await triggered();
    const { client, slack } = tried;
    await tried.open(tried.triggerId, modal());
    const { id = "", hash } = slack.viewOf("jane") ?? {};
    const update = (more: Record<string, unknown>) =>
      client.apiCall("views.update", { view_id: id, view: modal({ callback_id: "2" }), ...more });
    await update({ hash });
    expect(slack.viewOf("jane")).toMatchObject({ id, callback_id: "2" });
    expect(await errorOf(update({ hash }))).toBe("hash_conflict");
    expect(await update({})).toMatchObject({ ok: true });
    expect(await errorOf(update({ view_id: "V0NOWHERE" }))).toBe("not_found");
  });

  it("does not find a view that was closed", async () => {
    await using tried = await triggered();
    await tried.open(tried.triggerId, modal());
    const { id = "" } = tried.slack.viewOf("jane") ?? {};
    await tried.slack.closeView({ viewId: id, user: "jane" });
    expect(
      await errorOf(tried.client.apiCall("views.update", { view_id: id, view: modal() })),
    ).toBe("not_found");
  });
});

describe("an image preview in a modal", () => {
  it("shows a file of the channel", async () => {
    await using tried = await triggered();
    const { message } = tried.slack.postMessage({
      channel: "images",
      files: [{ name: "a.png", bytes: png() }],
    });
    const slack_file = { id: message.files?.[0]?.["id"] };
    const blocks = [{ type: "image", alt_text: "a", slack_file }];
    expect(await tried.open(tried.triggerId, modal({ blocks }))).toMatchObject({ ok: true });
  });
});

/** Jane has just run the shortcut, and the clock stands still. */
async function triggered() {
  const time = { nowMs: 1_700_000_000_000 };
  const receiver: Receiver = await startReceiver((response) => response.end());
  const started = await start({ requestUrls: urlsAt(receiver.origin), now: () => time.nowMs });
  const { slack, client } = started;
  const trigger = async () => {
    const { message } = slack.postMessage({ channel: "images", text: "x" });
    await slack.openShortcut({ channel: "images", ts: message.ts, user: "jane" });
    const { body = "" } = receiver.received.at(-1) ?? {};
    const payload: unknown = JSON.parse(new URLSearchParams(body).get("payload") ?? "");
    return isRecord(payload) ? String(payload["trigger_id"]) : "";
  };
  return {
    slack,
    client,
    time,
    trigger,
    triggerId: await trigger(),
    open: (trigger_id: string, view: unknown) => client.apiCall("views.open", { trigger_id, view }),
    async [Symbol.asyncDispose]() {
      await slack.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
