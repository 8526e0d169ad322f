import { describe, expect, it } from "vitest";
import type { NewFile } from "../../../dev/local-slack/files/file-store.ts";
import { errorOf, isRecord, manifestWith, png, SCOPES, start, type Started } from "./start.ts";

describe("postMessage()", () => {
  it("makes the file object and the event that Slack makes", async () => {
    await using started = await start();
    const { slack, images } = started;
    const { message, envelope } = slack.postMessage({
      channel: "images",
      user: "jane",
      text: "a < b",
      files: [
        { name: "Screen Shot.PNG", bytes: png(1134, 362), altText: "a chart" },
        { name: "화면.png", bytes: png(10, 10) },
      ],
    });
    expect(envelope).toMatchObject({
      type: "event_callback",
      team_id: slack.teamId,
      api_app_id: slack.appId,
      event_id: expect.stringMatching(/^Ev/),
      authorizations: [{ team_id: slack.teamId, user_id: slack.botUserId, is_bot: true }],
      event: {
        type: "message",
        subtype: "file_share",
        channel: images,
        channel_type: "channel",
        ts: message.ts,
        event_ts: message.ts,
        text: "a &lt; b",
        files: [
          {
            name: "Screen Shot.PNG",
            mimetype: "image/png",
            filetype: "png",
            pretty_type: "PNG",
            mode: "hosted",
            size: 64,
            alt_txt: "a chart",
            original_w: 1134,
            original_h: 362,
            thumb_360_w: 360,
            thumb_360_h: 115,
            thumb_1024_w: 1024,
            thumb_1024_h: 327,
          },
          { name: "화면.png", url_private_download: expect.stringMatching(/\/download\/__\.png$/) },
        ],
      },
    });
    expect(envelope["event"]).not.toHaveProperty("team");
    expect(message.files?.[1]).not.toHaveProperty("alt_txt");
    expect(message.files?.[1]).not.toHaveProperty("thumb_480");
  });

  it.each([
    ["a.heif", "image/heif", "heif", "HEIF"],
    ["a.tif", "image/tiff", "tiff", "TIFF"],
    ["A.TIFF", "image/tiff", "tiff", "TIFF"],
    ["a.bmp", "image/bmp", "bmp", "Bitmap"],
  ])("names the kind of %s", async (name, mimetype, filetype, pretty_type) => {
    await using started = await start();
    const { message } = post(started, { name, bytes: Buffer.from("x") });
    expect(message.files).toMatchObject([{ mimetype, filetype, pretty_type }]);
  });

  it("gives the sizes of an image and of its thumbnail", async () => {
    await using started = await start();
    const thumbnail = { bytes: png(800, 600), mimetype: "image/png" };
    const { message } = post(started, { name: "a.png", bytes: png(4032, 3024), thumbnail });
    expect(message.files?.[0]).toMatchObject({
      original_w: 4032,
      original_h: 3024,
      thumb_360_w: 360,
      thumb_800_w: 800,
      thumb_800_h: 600,
    });
    expect(message.files?.[0]).not.toHaveProperty("thumb_960");
  });

  it("gives an unreadable file thumbnails only if the test provides one", async () => {
    await using started = await start();
    const heic = { name: "IMG_1.HEIC", bytes: Buffer.from("heic") };
    const thumbnail = { bytes: png(1024, 768), mimetype: "image/jpeg" };
    const [without] = post(started, heic).message.files ?? [];
    const [given] = post(started, { ...heic, thumbnail }).message.files ?? [];
    expect(Object.keys(without ?? {}).filter((key) => key.startsWith("thumb_"))).toEqual([]);
    expect(without).not.toHaveProperty("original_w");
    expect(given).toMatchObject({
      mimetype: "image/heic",
      filetype: "heic",
      size: 4,
      original_w: 1024,
      original_h: 768,
      thumb_64: expect.stringMatching(/\/files-tmb\/.*img_1_64\.jpg$/),
      thumb_360_w: 360,
      thumb_360_h: 270,
      thumb_1024: expect.stringMatching(/\/files-tmb\/.*img_1_1024\.jpg$/),
      thumb_1024_w: 1024,
      thumb_1024_h: 768,
    });
  });

  it("makes a text message without files or subtype, with a team", async () => {
    await using started = await start();
    const { envelope } = started.slack.postMessage({ channel: "images", text: "hi" });
    expect(envelope["event"]).toMatchObject({ team: started.slack.teamId, text: "hi" });
    expect(envelope["event"]).not.toHaveProperty("files");
    expect(envelope["event"]).not.toHaveProperty("subtype");
  });

  it("knows direct, group and private conversations", async () => {
    await using started = await start();
    const { slack } = started;
    const secret = slack.addChannel({ name: "secret", isPrivate: true });
    const group = slack.addChannel({ name: "jane--minho", isMpim: true });
    const kinds = ["directmessage", secret.id, group.id].map(
      (channel) => slack.postMessage({ channel, text: "x" }).envelope["event"],
    );
    expect(kinds).toMatchObject([
      { channel_type: "im" },
      { channel_type: "group" },
      { channel_type: "mpim" },
    ]);
  });

  it("gives removed and hidden files two keys, and remote files no download", async () => {
    await using started = await start();
    const { slack } = started;
    const bytes = png();
    const { message } = slack.postMessage({
      channel: "images",
      files: [
        { name: "a.png", bytes, overrides: { mode: "tombstone" } },
        { name: "b.png", bytes, overrides: { mode: "hidden_by_limit" } },
        {
          name: "c.png",
          bytes,
          overrides: { mode: "external", is_external: true, url_private: "https://evil.example/c" },
        },
        { name: "d.png", bytes, overrides: { mimetype: undefined } },
      ],
    });
    const [tombstone, hidden, remote, bare] = message.files ?? [];
    expect(Object.keys(tombstone ?? {})).toEqual(["id", "mode"]);
    expect(Object.keys(hidden ?? {})).toEqual(["id", "mode"]);
    expect(remote).toMatchObject({ mode: "external", url_private: "https://evil.example/c" });
    expect(remote).not.toHaveProperty("url_private_download");
    expect(bare).not.toHaveProperty("mimetype");
  });
});

describe("files.info", () => {
  it("returns the complete file object of a Slack Connect stub", async () => {
    await using started = await start();
    const { client } = started;
    const { message, id } = post(started, { name: "a.png", bytes: png(), isConnectStub: true });
    expect(message.files).toEqual([
      {
        id,
        mode: "file_access",
        file_access: "check_file_info",
        created: 0,
        timestamp: 0,
        user: "",
      },
    ]);
    const info = await client.files.info({ file: id });
    expect(info.file).toMatchObject({ id, mode: "hosted", mimetype: "image/png" });
  });

  it("finds no file of a channel that the bot is not in", async () => {
    await using started = await start();
    const { client, general } = started;
    const { id } = post(started, { name: "a.png", bytes: png() }, general);
    expect(await errorOf(client.files.info({ file: id }))).toBe("file_not_found");
    expect(await errorOf(client.files.info({ file: "F0NOWHERE" }))).toBe("file_not_found");
  });

  it("refuses a deleted file as file_deleted", async () => {
    await using started = await start();
    const { slack, client } = started;
    const { id } = post(started, { name: "a.png", bytes: png() });
    const file = slack.state.files.get(id);
    if (file !== undefined) {
      file.isDeleted = true;
    }
    expect(await errorOf(client.files.info({ file: id }))).toBe("file_deleted");
  });
});

describe("a private file's address", () => {
  it("gives the bytes, their length and type to the bot", async () => {
    await using started = await start();
    const { slack } = started;
    const bytes = png();
    const { url } = post(started, { name: "a.png", bytes });
    const response = await download(url, slack.botToken);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("content-length")).toBe(String(bytes.length));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
    expect(slack.requests).toMatchObject([
      { method: "download", status: 200, authorization: `Bearer ${slack.botToken}` },
    ]);
  });

  it("gives the thumbnail at its own address, and to nobody else", async () => {
    await using started = await start();
    const { slack } = started;
    const thumbnail = { bytes: png(1024, 768), mimetype: "image/jpeg" };
    const heic = { name: "a.heic", bytes: Buffer.from("heic"), thumbnail };
    const { message, url } = post(started, heic);
    const address = String(message.files?.[0]?.["thumb_1024"]);
    const file = await download(url, slack.botToken);
    expect(file.headers.get("content-type")).toBe("image/heic");
    expect(await file.text()).toBe("heic");
    const shown = await download(address, slack.botToken);
    expect(shown.headers.get("content-type")).toBe("image/jpeg");
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(thumbnail.bytes);
    expect(await isLoginPage(download(address))).toBe(true);
  });

  it("gives the file itself if there is no thumbnail", async () => {
    await using started = await start();
    const bytes = png(1134, 362);
    const { message } = post(started, { name: "a.png", bytes });
    const shown = await download(String(message.files?.[0]?.["thumb_360"]), started.slack.botToken);
    expect(shown.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes);
  });

  it("gives 200 and a login page without the token or with another", async () => {
    await using started = await start();
    const { url } = post(started, { name: "a.png", bytes: png() });
    for (const token of [undefined, "xoxb-other"]) {
      const response = await download(url, token);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("text/html");
      expect(response.headers.get("x-slack-meta")).toContain("acl_fail");
      expect(await response.text()).toContain("<!DOCTYPE html>");
    }
  });

  it("gives the login page without files:read, and for a channel that the bot is not in", async () => {
    const manifest = manifestWith(SCOPES.filter((scope) => scope !== "files:read"));
    await using blind = await start({ manifest });
    const unreadable = post(blind, { name: "a.png", bytes: png() });
    expect(await isLoginPage(download(unreadable.url, blind.slack.botToken))).toBe(true);
    await using started = await start();
    const elsewhere = post(started, { name: "a.png", bytes: png() }, started.general);
    expect(await isLoginPage(download(elsewhere.url, started.slack.botToken))).toBe(true);
  });
});

describe("image blocks", () => {
  it("show a Slack file that the bot can see, and fail the post otherwise", async () => {
    await using started = await start();
    const { client, images, general } = started;
    const seen = post(started, { name: "a.png", bytes: png() });
    const unseen = post(started, { name: "a.png", bytes: png() }, general);
    const webp = post(started, { name: "a.webp", bytes: png(), mimetype: "image/webp" });
    const show = (id: string) =>
      client.chat.postMessage({
        channel: images,
        blocks: [{ type: "image", alt_text: "a", slack_file: { id } }],
      });
    expect(await show(seen.id)).toMatchObject({ ok: true });
    for (const id of [unseen.id, webp.id, "F0NOWHERE"]) {
      expect(await errorOf(show(id))).toBe("invalid_blocks");
    }
  });

  it("fail the post when their address gives no image", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    for (const image_url of [`${slack.origin}/local/health`, "https://images.example/a.png"]) {
      expect(
        await errorOf(
          client.chat.postMessage({
            channel: images,
            blocks: [{ type: "image", alt_text: "a", image_url }],
          }),
        ),
      ).toBe("invalid_blocks");
    }
  });
});

function post({ slack }: Started, file: NewFile, channel = "images") {
  const { message } = slack.postMessage({ channel, files: [file] });
  const [stored] = [...slack.state.files.values()].slice(-1);
  const url = isRecord(stored?.object) ? String(stored.object["url_private_download"]) : "";
  return { message, id: stored?.id ?? "", url };
}

function download(url: string, token?: string): Promise<Response> {
  return fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

async function isLoginPage(response: Promise<Response>): Promise<boolean> {
  return ((await response).headers.get("content-type") ?? "").startsWith("text/html");
}
