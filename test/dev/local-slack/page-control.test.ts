import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { WorkspaceState } from "../../../dev/playground/api.ts";
import { populateWorkspace } from "../../../dev/playground/populate-workspace.ts";
import { ADMIN_ID } from "../../../dev/playground/settings.ts";
import { startReceiver, urlsAt } from "./receiver.ts";
import { type Started, clientOf, png, start } from "./start.ts";

const JANE = "U0LOCAL001";
const MINHO = "U0LOCAL002";

async function startPopulated(options: Parameters<typeof start>[0] = {}): Promise<Started> {
  const started = await start(options);
  populateWorkspace(started.slack);
  return started;
}

async function stateOf({ slack }: Started, user: string): Promise<WorkspaceState> {
  const response = await fetch(`${slack.origin}/local/state?user=${user}`);
  expect(response.status).toBe(200);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (await response.json()) as WorkspaceState;
}

function namesIn({ conversations }: WorkspaceState): string[] {
  return conversations.map(({ name }) => name);
}

function post({ slack }: Started, path: string, body: unknown): Promise<Response> {
  return fetch(`${slack.origin}${path}`, { method: "POST", body: JSON.stringify(body) });
}

describe("GET /local/state", () => {
  it("shows each person the conversations that they are in, direct messages by the other's name", async () => {
    await using started = await startPopulated();
    expect(namesIn(await stateOf(started, "jane"))).toEqual([
      "images",
      "design",
      "Upload to S3",
      "Minho Kim",
    ]);
    expect(namesIn(await stateOf(started, "minho"))).toEqual([
      "images",
      "design",
      "Jane Doe",
      "Upload to S3",
    ]);
    expect(namesIn(await stateOf(started, "sora"))).toEqual(["images", "design", "Upload to S3"]);
    expect(namesIn(await stateOf(started, "alex"))).toEqual(["images"]);
  });

  it("says what everybody is, where the app is, and what the manifest names", async () => {
    await using started = await startPopulated();
    const { app, people, conversations } = await stateOf(started, "jane");
    expect(people.map(({ realName, role }) => `${realName}: ${role}`)).toEqual([
      "Jane Doe: uploader",
      "Minho Kim: colleague",
      "Sora Park: admin",
      "Alex Weber: guest",
    ]);
    expect(conversations.map(({ kind, hasApp }) => [kind, hasApp])).toEqual([
      ["channel", true],
      ["group", false],
      ["im", true],
      ["im", false],
    ]);
    expect(app).toMatchObject({
      name: "Upload to S3",
      shortcuts: [{ callbackId: "upload_to_s3", name: "Upload to S3" }],
      command: "/upload-to-s3",
    });
  });

  it("shows files with their size and where the page reads them, under any name", async () => {
    await using started = await startPopulated();
    const name = `사진 "1" & 'two'.png`;
    started.slack.postMessage({ channel: "images", files: [{ name, bytes: png(40, 30) }] });
    const { conversations } = await stateOf(started, "alex");
    const [file] = conversations[0]?.messages[0]?.files ?? [];
    expect(file).toMatchObject({ name, mimetype: "image/png", original_w: 40, original_h: 30 });
    const response = await fetch(`${started.slack.origin}${file?.preview}`);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png(40, 30));
  });

  it("tells the size of a photo as it is shown, not as it lies in the file", async () => {
    await using started = await startPopulated();
    const bytes = await readFile(new URL("../../../dev/samples/sunrise.jpg", import.meta.url));
    started.slack.postMessage({ channel: "images", files: [{ name: "sunrise.jpg", bytes }] });
    const { conversations } = await stateOf(started, "jane");
    expect(conversations[0]?.messages[0]?.files).toMatchObject([
      { original_w: 1200, original_h: 630 },
    ]);
  });

  it("takes a photo with broken Exif as it lies", async () => {
    await using started = await startPopulated();
    const frame = [0xff, 0xc0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0];
    const exif = Buffer.from("Exif\0\0II*\0\xff\xff\xff\x0f", "latin1");
    const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif];
    const bytes = Buffer.from([0xff, 0xd8, ...segment, ...frame, 0, 0, 0, 0]);
    started.slack.postMessage({ channel: "images", files: [{ name: "a.jpg", bytes }] });
    const { conversations } = await stateOf(started, "jane");
    expect(conversations[0]?.messages[0]?.files).toMatchObject([
      { original_w: 40, original_h: 30 },
    ]);
  });

  it("shows people the file of which an app is told the id only", async () => {
    await using started = await startPopulated();
    const file = { name: "a.png", bytes: png(), isConnectStub: true };
    started.slack.postMessage({ channel: "images", user: "alex", files: [file] });
    const { conversations } = await stateOf(started, "jane");
    expect(conversations[0]?.messages[0]?.files).toMatchObject([{ name: "a.png" }]);
  });

  it("puts an ephemeral message among the others, for its reader only", async () => {
    await using started = await startPopulated();
    const { slack, images } = started;
    slack.postMessage({ channel: "images", text: "before" });
    await clientOf(slack).chat.postEphemeral({ channel: images, user: MINHO, text: "psst" });
    slack.postMessage({ channel: "images", text: "after" });
    const textsOf = async (user: string) =>
      (await stateOf(started, user)).conversations[0]?.messages.map(({ text, is_ephemeral }) =>
        is_ephemeral === true ? `(${text})` : text,
      );
    expect(await textsOf("minho")).toEqual(["before", "(psst)", "after"]);
    expect(await textsOf("jane")).toEqual(["before", "after"]);
  });

  it("shows a modal to the person in front of whom it is", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await startPopulated({ requestUrls: urlsAt(receiver.origin) });
    const { slack } = started;
    await slack.slashCommand({ channel: "design", user: JANE });
    const trigger = new URLSearchParams(receiver.received[0]?.body).get("trigger_id") ?? "";
    await clientOf(slack).views.open({
      trigger_id: trigger,
      view: { type: "modal", title: { type: "plain_text", text: "Images" }, blocks: [] },
    });
    const { views } = await stateOf(started, "jane");
    expect(views).toMatchObject([{ title: { text: "Images" }, submit: null, blocks: [] }]);
    expect((await stateOf(started, "minho")).views).toEqual([]);
  });

  it("answers 400 for nobody it knows", async () => {
    await using started = await startPopulated();
    const response = await fetch(`${started.slack.origin}/local/state?user=nobody`);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: "Cannot find user nobody" },
    ]);
  });
});

describe("GET /local/files/ID", () => {
  it("has a browser save what is no image, and run nothing of it", async () => {
    await using started = await startPopulated();
    const bytes = Buffer.from("<script>alert(1)</script>");
    const { message } = started.slack.postMessage({
      channel: "images",
      files: [
        { name: "보고서 '1'.html", bytes, mimetype: "text/html" },
        { name: "drawing.svg", bytes, mimetype: "image/svg+xml" },
      ],
    });
    const [page, drawing] = await Promise.all(
      (message.files ?? []).map(({ id }) =>
        fetch(`${started.slack.origin}/local/files/${String(id)}`),
      ),
    );
    expect(page?.headers.get("content-type")).toBe("application/octet-stream");
    expect(page?.headers.get("content-disposition")).toMatch(
      /^attachment; filename\*=UTF-8''[\w%.-]+$/u,
    );
    for (const response of [page, drawing]) {
      expect(response?.headers.get("content-security-policy")).toContain("sandbox");
      expect(response?.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("answers 404 with a sentence for a file that is not there", async () => {
    await using started = await startPopulated();
    const response = await fetch(`${started.slack.origin}/local/files/F0NOTHERE`);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: "This file is not there any more." },
    ]);
  });
});

describe("POST /local/delete", () => {
  const ONLY_AUTHOR = "You cannot delete this message: only its author and admins can.";
  const OTHER_ORGANISATION =
    "You cannot delete this message: its author is of another organisation.";

  it("lets people delete their own, and admins those of the workspace and of the app", async () => {
    await using started = await startPopulated();
    const { slack, images } = started;
    const remove = (ts: string, user: string) =>
      post(started, "/local/delete", { channel: images, ts, user });
    const byJane = slack.postMessage({ channel: "images", user: "jane", text: "one" }).message.ts;
    const byMinho = slack.postMessage({ channel: "images", user: "minho", text: "two" }).message.ts;
    const byAlex = slack.postMessage({ channel: "images", user: "alex", text: "three" }).message.ts;
    const posted = await clientOf(slack).chat.postMessage({ channel: images, text: "four" });
    const byApp = posted.ts ?? "";
    for (const [ts, user, error] of [
      [byJane, MINHO, ONLY_AUTHOR],
      [byApp, JANE, ONLY_AUTHOR],
      [byAlex, ADMIN_ID, OTHER_ORGANISATION],
      ["1.000000", JANE, "This message is not there any more."],
    ] as const) {
      const response = await remove(ts, user);
      expect([response.status, await response.json()]).toEqual([400, { error }]);
    }
    for (const [ts, user] of [
      [byJane, JANE],
      [byMinho, ADMIN_ID],
      [byApp, ADMIN_ID],
      [byAlex, "alex"],
    ] as const) {
      expect((await remove(ts, user)).status).toBe(200);
    }
    expect((await stateOf(started, "jane")).conversations[0]?.messages).toEqual([]);
  });

  it("says that a message of a conversation that one is not in is not there", async () => {
    await using started = await startPopulated();
    const { ts } = started.slack.postMessage({ channel: "design", text: "secret" }).message;
    const response = await post(started, "/local/delete", { channel: "design", ts, user: "alex" });
    expect(await response.json()).toEqual({ error: "This message is not there any more." });
  });

  it("dismisses an ephemeral message", async () => {
    await using started = await startPopulated();
    const { slack, images } = started;
    const { message_ts: ts } = await clientOf(slack).chat.postEphemeral({
      channel: images,
      user: JANE,
      text: "psst",
    });
    await post(started, "/local/delete", { channel: images, ts, user: MINHO });
    expect((await stateOf(started, "jane")).conversations[0]?.messages).toHaveLength(1);
    await post(started, "/local/delete", { channel: images, ts, user: JANE });
    expect((await stateOf(started, "jane")).conversations[0]?.messages).toEqual([]);
  });

  it("tells the app: deleted, or changed into a tombstone where replies stay", async () => {
    const arrived: string[] = [];
    let tell = (): void => {};
    await using receiver = await startReceiver((response, { body }) => {
      response.end();
      arrived.push(body);
      tell();
    });
    const nextEvent = () =>
      new Promise<unknown>((resolve) => {
        tell = () => resolve(JSON.parse(arrived.at(-1) ?? ""));
      });
    await using started = await startPopulated({ requestUrls: urlsAt(receiver.origin) });
    const { slack } = started;
    const parent = slack.postMessage({ channel: "images", text: "one" }).message.ts;
    const reply = slack.postMessage({ channel: "images", threadTs: parent, text: "two" }).message
      .ts;
    const changed = nextEvent();
    await post(started, "/local/delete", { channel: "images", ts: parent, user: JANE });
    expect(await changed).toMatchObject({
      event: {
        subtype: "message_changed",
        message: { subtype: "tombstone", ts: parent },
        previous_message: { text: "one" },
      },
    });
    const deleted = nextEvent();
    await post(started, "/local/delete", { channel: "images", ts: reply, user: JANE });
    expect(await deleted).toMatchObject({
      event: {
        type: "message",
        subtype: "message_deleted",
        hidden: true,
        deleted_ts: reply,
        channel: started.images,
        channel_type: "channel",
        previous_message: { text: "two" },
      },
    });
  });

  it("tells the app nothing of a conversation that it is not in", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await startPopulated({ requestUrls: urlsAt(receiver.origin) });
    const { ts } = started.slack.postMessage({ channel: "design", text: "one" }).message;
    await post(started, "/local/delete", { channel: "design", ts, user: JANE });
    expect(receiver.received).toEqual([]);
  });
});

describe("POST /local/messages", () => {
  it("does not wait for the app with is_awaited=false", async () => {
    await using receiver = await startReceiver(() => {});
    await using started = await startPopulated({ requestUrls: urlsAt(receiver.origin) });
    const body = new FormData();
    body.set("channel", "images");
    body.set("text", "hello");
    body.set("is_awaited", "false");
    const response = await fetch(`${started.slack.origin}/local/messages`, {
      method: "POST",
      body,
    });
    expect(await response.json()).toEqual({ channel: started.images, ts: expect.any(String) });
  });
});
