import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { LocalSlackOptions } from "../../../dev/local-slack/server.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { type Received, startReceiver, urlsAt } from "./receiver.ts";
import { isRecord, manifestWith, png, start } from "./start.ts";

type Json = Record<string, unknown>;

const plain = (text: string) => ({ type: "plain_text", text });
const input = (block_id: string, element: Json, more: Json = {}) => ({
  type: "input",
  block_id,
  label: plain(block_id),
  element: { action_id: "a", ...element },
  ...more,
});
const form = (...blocks: unknown[]) => ({
  type: "modal",
  callback_id: "image_tags",
  private_metadata: "a & <b>",
  title: plain("Tags & more"),
  submit: plain("Save"),
  notify_on_close: true,
  blocks,
});
const closed = { type: "modal", title: plain("Done"), blocks: [] };
const json = (response: ServerResponse, body: unknown, type = "application/json") =>
  response.writeHead(200, { "content-type": type }).end(JSON.stringify(body));

describe("openShortcut()", () => {
  it("sends a signed message_action with the stored message, outside the bot's channels too", async () => {
    await using app = await startApp();
    const { slack } = app;
    const { message } = slack.postMessage({
      channel: "general",
      text: "look & see",
      files: [{ name: "a.png", bytes: png() }],
    });
    const seen = await slack.openShortcut({ channel: "general", ts: message.ts, user: "minho" });
    expect(seen).toMatchObject({ ack: { status: 200 }, errors: {}, ephemerals: [] });
    expect(app.received[0]?.path).toBe("/interactivity");
    expect(app.received[0]?.headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-signature": expect.stringMatching(/^v0=[0-9a-f]{64}$/),
    });
    expect(app.payload()).toMatchObject({
      type: "message_action",
      callback_id: "upload_to_s3",
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{32}$/),
      response_url: expect.stringContaining(slack.origin),
      team: { id: slack.teamId },
      user: { name: "minho", team_id: slack.teamId },
      channel: { name: "general" },
      message_ts: message.ts,
      message: JSON.parse(JSON.stringify(message)),
      is_enterprise_install: false,
    });
  });

  it("calls private and direct conversations as Slack does", async () => {
    await using app = await startApp();
    const { slack } = app;
    const secret = slack.addChannel({ name: "secret", isPrivate: true });
    for (const [channel, name] of [
      [secret.id, "privategroup"],
      ["directmessage", "directmessage"],
    ] as const) {
      const { ts } = slack.postMessage({ channel, text: "x" }).message;
      await slack.openShortcut({ channel, ts });
      expect(app.payload()).toMatchObject({ channel: { name } });
    }
  });

  it("says that the app is not responding, and does not try again", async () => {
    await using app = await startApp((response) => response.writeHead(500).end());
    const { ts } = app.slack.postMessage({ channel: "images", text: "x" }).message;
    const seen = await app.slack.openShortcut({ channel: "images", ts });
    expect(seen.problem).toBe("Upload to S3 is not responding (http_service_error)");
    expect(app.received).toHaveLength(1);
  });

  it("times out", async () => {
    const clock = createTestClock();
    await using app = await startApp(() => clock.expire(3000), {
      sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
      ackTimeoutMs: 3000,
    });
    const { ts } = app.slack.postMessage({ channel: "images", text: "x" }).message;
    const seen = await app.slack.openShortcut({ channel: "images", ts });
    expect(seen.problem).toContain("operation_timeout");
  });

  it("is refused without a shortcut, without the scope, and for strangers", async () => {
    const scopeless = manifestWith(["chat:write"]);
    await using without = await startApp(undefined, { manifest: scopeless });
    const { ts } = without.slack.postMessage({ channel: "images", text: "x" }).message;
    await expect(without.slack.openShortcut({ channel: "images", ts })).rejects.toThrow(
      "no message shortcut",
    );
    await using app = await startApp();
    const stranger = app.slack.addUser({ name: "stranger", teamId: "T0OTHER" });
    const posted = app.slack.postMessage({ channel: "images", text: "x" }).message;
    await expect(
      app.slack.openShortcut({ channel: "images", ts: posted.ts, user: stranger.id }),
    ).rejects.toThrow("not a member of the workspace");
  });
});

describe("pressButton()", () => {
  const actions = {
    type: "actions",
    block_id: "row",
    elements: [
      { type: "button", action_id: "edit_tags", text: plain("Edit & save"), value: "a & b" },
      {
        type: "button",
        action_id: "delete_image",
        text: plain("Delete"),
        style: "danger",
        confirm: {
          title: plain("Delete?"),
          text: plain("Gone for good."),
          confirm: plain("Delete"),
          deny: plain("Keep"),
        },
      },
    ],
  };

  it("sends block_actions with the button, the message, and escaped text", async () => {
    await using app = await startApp();
    const { slack, client, images } = app;
    const parent = slack.postMessage({ channel: "images", text: "x" }).message;
    const { ts = "" } = await client.chat.postMessage({
      channel: images,
      thread_ts: parent.ts,
      text: "a & b",
      blocks: JSON.parse(JSON.stringify([actions])),
    });
    await slack.pressButton({ channel: "images", ts, actionId: "edit_tags", user: "jane" });
    expect(app.payload()).toMatchObject({
      type: "block_actions",
      container: {
        type: "message",
        message_ts: ts,
        channel_id: images,
        is_ephemeral: false,
        thread_ts: parent.ts,
      },
      channel: { id: images, name: "images" },
      message: { ts, text: "a &amp; b", bot_id: slack.botId },
      actions: [
        {
          type: "button",
          action_id: "edit_tags",
          block_id: "row",
          text: { type: "plain_text", text: "Edit &amp; save", emoji: true },
          value: "a & b",
          action_ts: expect.any(String),
        },
      ],
    });
  });

  it("asks first where the button says so", async () => {
    await using app = await startApp();
    const { slack, client, images } = app;
    const blocks = JSON.parse(JSON.stringify([actions]));
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x", blocks });
    const press = { channel: "images", ts, actionId: "delete_image" };
    const declined = await slack.pressButton({ ...press, isConfirmed: false });
    expect(declined.confirm).toMatchObject({ title: { text: "Delete?" } });
    expect(app.received).toEqual([]);
    expect(await slack.pressButton(press)).toMatchObject({ ack: { status: 200 } });
    await expect(slack.pressButton({ ...press, actionId: "nope" })).rejects.toThrow(
      "Cannot find button nope",
    );
  });

  it("shows the ephemeral sentence that the app posts meanwhile", async () => {
    await using app = await startApp(async (response) => {
      const { user } = app.payload();
      const id = isRecord(user) ? String(user["id"]) : "";
      await app.client.chat.postEphemeral({ channel: app.images, user: id, text: "Not yours." });
      response.end();
    });
    const { slack, client, images } = app;
    const blocks = JSON.parse(JSON.stringify([actions]));
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x", blocks });
    const seen = await slack.pressButton({ channel: "images", ts, actionId: "edit_tags" });
    expect(seen.ephemerals).toMatchObject([{ text: "Not yours." }]);
  });
});

describe("submitView()", () => {
  it("sends entries, choices and files, and the initial values of all other fields", async () => {
    const options = [{ text: plain("Yes & <no>"), value: "yes" }];
    await using app = await startApp();
    const { slack } = app;
    const viewId = await app.open(
      form(
        input("link", { type: "url_text_input" }, { optional: true }),
        input("alt", { type: "plain_text_input", initial_value: "a cat" }),
        input("deco", { type: "checkboxes", options }, { optional: true }),
        input("size", { type: "static_select", options }),
        input("files", { type: "file_input", max_files: 2, filetypes: ["png"] }),
      ),
    );
    const files = [{ name: "A.PNG", bytes: png() }];
    const seen = await slack.submitView({
      viewId,
      user: "jane",
      values: { link: "https://example.com/?a=1&b=<2>", deco: ["yes"], size: "yes", files },
    });
    expect(seen).not.toHaveProperty("view");
    const chosen = { text: { text: "Yes &amp; &lt;no&gt;" }, value: "yes" };
    expect(app.payload()).toMatchObject({
      type: "view_submission",
      trigger_id: expect.any(String),
      response_urls: [],
      view: {
        id: viewId,
        private_metadata: "a & <b>",
        title: { text: "Tags &amp; more" },
        state: {
          values: {
            link: { a: { type: "url_text_input", value: "https://example.com/?a=1&b=<2>" } },
            alt: { a: { type: "plain_text_input", value: "a cat" } },
            deco: { a: { type: "checkboxes", selected_options: [chosen] } },
            size: { a: { type: "static_select", selected_option: chosen } },
            files: { a: { type: "file_input", files: [{ name: "A.PNG", mode: "hosted" }] } },
          },
        },
      },
    });
    const [file] = slack.state.files.values();
    expect(await app.client.files.info({ file: file?.id ?? "" })).toMatchObject({ ok: true });
  });

  it.each<[string, Json, string | string[] | null, string]>([
    ["a required field left empty", { type: "plain_text_input" }, "", "required"],
    ["a text over its maximum", { type: "plain_text_input", max_length: 2 }, "abc", "at most 2"],
    ["a text under its minimum", { type: "plain_text_input", min_length: 2 }, "a", "at least 2"],
    ["an address that is none", { type: "url_text_input" }, "example", "valid URL"],
  ])("stops %s before the app hears of it", async (_name, element, value, sentence) => {
    await using app = await startApp();
    const viewId = await app.open(form(input("field", element)));
    const before = app.received.length;
    const seen = await app.slack.submitView({ viewId, values: { field: value } });
    expect(seen.errors).toEqual({ field: expect.stringContaining(sentence) });
    expect(seen.view?.id).toBe(viewId);
    expect(app.received).toHaveLength(before);
  });

  it.each([
    ["too many files", [png(), png()], "a.png", "at most 1"],
    ["a file over 10 MB", [Buffer.alloc(10 * 1024 * 1024 + 1)], "a.png", "10 MB"],
    ["a file of another type", [png()], "a.txt", "accepted type"],
  ])("stops %s", async (_name, contents, name, sentence) => {
    await using app = await startApp();
    const element = { type: "file_input", max_files: 1, filetypes: ["png"] };
    const viewId = await app.open(form(input("files", element)));
    const files = contents.map((bytes) => ({ name, bytes }));
    const seen = await app.slack.submitView({ viewId, values: { files } });
    expect(seen.errors).toEqual({ files: expect.stringContaining(sentence) });
    expect(app.slack.state.files.size).toBe(0);
  });

  it("uploads a file of exactly 10 MB", async () => {
    await using app = await startApp();
    const viewId = await app.open(form(input("files", { type: "file_input" })));
    const files = [{ name: "a.png", bytes: Buffer.alloc(10 * 1024 * 1024) }];
    expect((await app.slack.submitView({ viewId, values: { files } })).errors).toEqual({});
    expect(app.slack.state.files.size).toBe(1);
  });

  it("shows errors under fields, and keeps what was typed for the next try", async () => {
    await using app = await startApp((response, { body }) =>
      body.includes("view_submission")
        ? json(response, { response_action: "errors", errors: { link: "Use https." } })
        : response.end(),
    );
    const viewId = await app.open(form(input("link", { type: "plain_text_input" })));
    const seen = await app.slack.submitView({ viewId, values: { link: "ftp://x" } });
    expect(seen).toMatchObject({ errors: { link: "Use https." }, view: { id: viewId } });
    await app.slack.submitView({ viewId });
    expect(app.payload()).toMatchObject({
      view: { state: { values: { link: { a: { value: "ftp://x" } } } } },
    });
  });

  it("updates, pushes, clears and closes as the answer says", async () => {
    const answers: unknown[] = [
      { response_action: "update", view: form() },
      { response_action: "push", view: form() },
      undefined,
      { response_action: "clear" },
    ];
    await using app = await startApp((response, { body }) => {
      const answer = body.includes("view_submission") ? answers.shift() : undefined;
      return answer === undefined ? response.end() : json(response, answer);
    });
    const viewId = await app.open(form());
    expect((await app.slack.submitView({ viewId })).view?.id).toBe(viewId);
    const pushed = (await app.slack.submitView({ viewId })).view;
    expect(pushed?.previous_view_id).toBe(viewId);
    expect((await app.slack.submitView({ viewId: pushed?.id ?? "" })).view?.id).toBe(viewId);
    expect(await app.slack.submitView({ viewId })).not.toHaveProperty("view");
  });

  it.each<[string, unknown, string]>([
    [
      "errors for a block that is no input",
      { response_action: "errors", errors: { nope: "x" } },
      "nope is not the block_id",
    ],
    ["no errors at all", { response_action: "errors", errors: {} }, "no errors given"],
    ["an unknown action", { response_action: "close" }, "response_action is close"],
    [
      "an invalid view",
      { response_action: "update", view: { ...closed, title: plain("x".repeat(25)) } },
      "must be less than 25 characters [json-pointer:/view/title/text]",
    ],
    [
      "a home tab",
      { response_action: "update", view: { type: "home", blocks: [] } },
      "unsupported type: home",
    ],
    ["an empty object", {}, "response_action is undefined"],
  ])("has trouble with %s", async (_name, answer, reason) => {
    await using app = await startApp((response, { body }) =>
      body.includes("view_submission") ? json(response, answer) : response.end(),
    );
    const viewId = await app.open(form(input("link", { type: "plain_text_input" })));
    const seen = await app.slack.submitView({ viewId, values: { link: "x" } });
    expect(seen.problem).toContain("We had some trouble connecting. Try again?");
    expect(seen.problem).toContain(reason);
    expect(seen.view?.id).toBe(viewId);
  });

  it("has trouble with JSON without its content type, and with a body that is not JSON", async () => {
    const bodies = [JSON.stringify({ response_action: "clear" }), "ok"];
    await using app = await startApp((response, { body }) =>
      body.includes("view_submission")
        ? response.writeHead(200, { "content-type": "text/plain" }).end(bodies.shift())
        : response.end(),
    );
    const viewId = await app.open(form());
    expect((await app.slack.submitView({ viewId })).problem).toContain("content type");
    expect((await app.slack.submitView({ viewId })).problem).toContain("not JSON");
  });

  it("submits only what is in front and has a submit button", async () => {
    await using app = await startApp();
    const viewId = await app.open(closed);
    await expect(app.slack.submitView({ viewId })).rejects.toThrow("no submit button");
    await expect(app.slack.submitView({ viewId: "V0NOWHERE" })).rejects.toThrow("not in front");
    await expect(app.slack.submitView({ viewId, user: "minho" })).rejects.toThrow("not in front");
  });
});

describe("closeView()", () => {
  it("sends view_closed where the view asks for it, telling the X from Cancel", async () => {
    await using app = await startApp();
    const viewId = await app.open(form());
    const seen = await app.slack.closeView({ viewId });
    expect(seen).not.toHaveProperty("view");
    expect(app.payload()).toMatchObject({
      type: "view_closed",
      is_cleared: false,
      view: { id: viewId },
    });
    await app.slack.closeView({ viewId: await app.open(form()), isCleared: true });
    expect(app.payload()).toMatchObject({ type: "view_closed", is_cleared: true });
    const before = app.received.length + 1;
    await app.slack.closeView({ viewId: await app.open(closed) });
    expect(app.received).toHaveLength(before);
  });
});

describe("slashCommand()", () => {
  it("posts Slack's form, in any conversation", async () => {
    await using app = await startApp();
    const { slack, general } = app;
    const seen = await slack.slashCommand({ channel: "general", user: "minho", text: "help" });
    expect(seen).toMatchObject({ ack: { status: 200 }, ephemerals: [] });
    const [request] = app.received;
    expect(request?.path).toBe("/commands");
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject({
      team_id: slack.teamId,
      channel_id: general,
      channel_name: "general",
      user_name: "minho",
      command: "/upload-to-s3",
      text: "help",
      api_app_id: slack.appId,
      is_enterprise_install: "false",
      response_url: expect.stringContaining("/response/"),
      trigger_id: expect.any(String),
    });
  });

  it("shows the body of the answer to the person, as text or as a message", async () => {
    const bodies = ["hello", JSON.stringify({ text: "hi", response_type: "ephemeral" })];
    await using app = await startApp((response) => response.end(bodies.shift()));
    for (const text of ["hello", "hi"]) {
      const seen = await app.slack.slashCommand({ channel: "images" });
      expect(seen.ephemerals).toMatchObject([{ text }]);
    }
  });

  it.each([
    [503, "http_service_error"],
    [404, "http_client_error"],
  ])("shows Slack's error when the answer is %i", async (status, error) => {
    await using app = await startApp((response) => response.writeHead(status).end());
    const seen = await app.slack.slashCommand({ channel: "images" });
    expect(seen.problem).toBe(`/upload-to-s3 failed with the error "${error}"`);
  });

  it("accepts only the manifest's commands", async () => {
    await using app = await startApp();
    await expect(app.slack.slashCommand({ channel: "images", command: "/other" })).rejects.toThrow(
      "no such slash command",
    );
  });
});

describe("/local/…", () => {
  it("lets a separate process act for a person and see what they see", async () => {
    await using app = await startApp((response, { body }) =>
      body.includes("view_submission")
        ? json(response, { response_action: "update", view: closed })
        : response.end(),
    );
    const { slack } = app;
    const { ts } = slack.postMessage({ channel: "images", text: "x" }).message;
    const call = async (path: string, body: unknown) => {
      const isForm = body instanceof FormData;
      const response = await fetch(`${slack.origin}/local/${path}`, {
        method: "POST",
        body: isForm ? body : JSON.stringify(body),
      });
      const answer: unknown = await response.json();
      return answer;
    };
    const user = "jane";
    expect(await call("shortcut", { channel: "images", ts, user })).toMatchObject({
      ack: { status: 200 },
    });
    expect(await call("slash", { channel: "images", user })).toMatchObject({ errors: {} });
    const view_id = await app.open(form(input("files", { type: "file_input" })));
    const body = new FormData();
    body.set("view_id", view_id);
    body.set("user", user);
    body.append("files", new Blob([png()]), "a.png");
    expect(await call("submit", body)).toMatchObject({ view: { title: { text: "Done" } } });
    const shown = await fetch(`${slack.origin}/local/view?user=jane`);
    expect(await shown.json()).toMatchObject({ view: { id: view_id } });
    expect(await call("close", { view_id, user })).not.toHaveProperty("view");
    expect(await call("press", { channel: "images", ts, action_id: "x" })).toEqual({
      error: `Cannot find button x in ${ts}`,
    });
    const messages = await fetch(`${slack.origin}/local/ephemerals?user=jane`);
    expect(await messages.json()).toEqual({ messages: [] });
  });
});

/** Starts a local Slack and a receiver in place of the app. The default receiver acks everything. */
async function startApp(
  answer: (response: ServerResponse, received: Received) => unknown = (response) => response.end(),
  options: Partial<LocalSlackOptions> = {},
) {
  const receiver = await startReceiver(answer);
  const started = await start({ requestUrls: urlsAt(receiver.origin), ...options });
  const { slack, client, images, general } = started;
  const payload = (): Json => {
    const { body = "" } = receiver.received.at(-1) ?? {};
    const parsed: unknown = JSON.parse(new URLSearchParams(body).get("payload") ?? "{}");
    return isRecord(parsed) ? parsed : {};
  };
  return {
    slack,
    client,
    images,
    general,
    received: receiver.received,
    payload,
    /** Opens a view for Jane through the shortcut. */
    async open(view: unknown): Promise<string> {
      const { ts } = slack.postMessage({ channel: "images", text: "x" }).message;
      await slack.openShortcut({ channel: "images", ts, user: "jane" });
      await client.apiCall("views.open", { trigger_id: payload()["trigger_id"], view });
      return slack.viewOf("jane")?.id ?? "";
    },
    async [Symbol.asyncDispose]() {
      await slack.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
