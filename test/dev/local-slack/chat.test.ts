import { describe, expect, it } from "vitest";
import { errorOf, manifestWith, refused, SCOPES, start } from "./start.ts";

const richText = (text: string) => ({
  type: "rich_text" as const,
  elements: [
    { type: "rich_text_preformatted" as const, elements: [{ type: "text" as const, text }] },
  ],
});
const section = (text: string) => ({
  type: "section" as const,
  text: { type: "mrkdwn" as const, text },
});

describe("chat.postMessage", () => {
  it("stores the message in Slack's shape", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts } = await client.chat.postMessage({
      channel: "#images",
      text: "a & b &amp; <https://example.com|c>",
      blocks: [section("hello")],
    });
    expect(slack.thread(images, ts ?? "")).toMatchObject([
      {
        type: "message",
        text: "a &amp; b &amp; <https://example.com|c>",
        user: slack.botUserId,
        bot_id: slack.botId,
        app_id: slack.appId,
        bot_profile: { id: slack.botId, name: "Upload to S3" },
        blocks: [
          {
            type: "section",
            text: { type: "mrkdwn", text: "hello", verbatim: false },
            block_id: expect.any(String),
          },
        ],
      },
    ]);
  });

  it("opens the direct message with a person whose id is the channel, and tells which it is", async () => {
    await using started = await start();
    const { client, slack } = started;
    const first = await client.chat.postMessage({ channel: "U0LOCAL002", text: "1" });
    const second = await client.chat.postMessage({ channel: "U0LOCAL002", text: "2" });
    expect(first.channel).toMatch(/^D/u);
    expect(second.channel).toBe(first.channel);
    expect(slack.state.messages.get(first.channel ?? "")).toHaveLength(2);
    await client.chat.update({ channel: first.channel ?? "", ts: first.ts ?? "", text: "3" });
    const read = await client.conversations.history({ channel: first.channel ?? "" });
    expect(read.messages?.map(({ text }) => text)).toEqual(["2", "3"]);
    expect(await errorOf(client.chat.postMessage({ channel: "U0NOBODY", text: "x" }))).toBe(
      "channel_not_found",
    );
  });

  it("gives unique, increasing timestamps within one millisecond", async () => {
    await using started = await start({ now: () => 1_700_000_000_000 });
    const { client, images } = started;
    const first = await client.chat.postMessage({ channel: images, text: "1" });
    const second = await client.chat.postMessage({ channel: images, text: "2" });
    expect([first.ts, second.ts]).toEqual(["1700000000.000000", "1700000000.000001"]);
  });

  it("truncates text over 40,000 characters", async () => {
    await using started = await start();
    const { client, images } = started;
    const whole = await client.chat.postMessage({ channel: images, text: "x".repeat(40_000) });
    const cut = await client.chat.postMessage({ channel: images, text: "x".repeat(40_001) });
    expect([whole.message?.text?.length, cut.message?.text?.length]).toEqual([40_000, 40_000]);
  });

  it("refuses a message without text, blocks and attachments as no_text", async () => {
    await using started = await start();
    const { client, images } = started;
    for (const text of ["", "  \n"]) {
      expect(await errorOf(client.chat.postMessage({ channel: images, text }))).toBe("no_text");
    }
    expect(
      await client.chat.postMessage({ channel: images, blocks: [section("x")] }),
    ).toMatchObject({
      ok: true,
    });
  });

  it("accepts 50 blocks and refuses 51, saying where", async () => {
    await using started = await start();
    const { client, images } = started;
    const dividers = (count: number) =>
      Array.from({ length: count }, () => ({ type: "divider" as const }));
    const post = (count: number) =>
      client.chat.postMessage({ channel: images, text: "x", blocks: dividers(count) });
    expect(await post(50)).toMatchObject({ ok: true });
    expect(await refused(post(51))).toMatchObject({
      error: "invalid_blocks",
      errors: ["no more than 50 items allowed [json-pointer:/blocks]"],
      response_metadata: {
        messages: ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"],
      },
    });
  });

  it("refuses blocks that are not a list of objects as invalid_blocks_format", async () => {
    await using started = await start();
    const { client, images } = started;
    for (const blocks of ["not json", "{}", '["text"]']) {
      expect(
        await errorOf(client.apiCall("chat.postMessage", { channel: images, text: "x", blocks })),
      ).toBe("invalid_blocks_format");
    }
  });

  it("accepts 13,200 characters of block text in all and refuses one more", async () => {
    await using started = await start();
    const { client, images } = started;
    const post = (count: number) =>
      client.chat.postMessage({
        channel: images,
        text: "x",
        blocks: [richText("x".repeat(12_000)), section("x".repeat(count - 12_000))],
      });
    expect(await post(13_200)).toMatchObject({ ok: true });
    expect(await errorOf(post(13_201))).toBe("msg_blocks_too_long");
  });

  it("refuses a reply to a message that is not there", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts } = slack.postMessage({ channel: images, text: "soon gone" }).message;
    slack.deleteMessage(images, ts);
    expect(
      await errorOf(client.chat.postMessage({ channel: images, text: "x", thread_ts: ts })),
    ).toBe("thread_not_found");
  });

  it("posts into a channel that the bot has not joined with chat:write.public only", async () => {
    await using started = await start({ manifest: manifestWith([...SCOPES, "chat:write.public"]) });
    expect(
      await started.client.chat.postMessage({ channel: started.general, text: "x" }),
    ).toMatchObject({ ok: true });
  });

  it("posts to a person's id as a direct message, and into no archived channel", async () => {
    await using started = await start();
    const { slack, client } = started;
    const [jane] = slack.state.users.keys();
    const direct = await client.chat.postMessage({ channel: jane ?? "", text: "hi" });
    expect(direct.channel).toMatch(/^D/);
    const old = slack.addChannel({ name: "old", isArchived: true });
    expect(await errorOf(client.chat.postMessage({ channel: old.id, text: "x" }))).toBe(
      "is_archived",
    );
  });

  it.each([
    [{ event_type: "", event_payload: {} }, "invalid_metadata_format"],
    [{ event_type: "x" }, "invalid_metadata_format"],
    [{ event_type: "x", event_payload: { a: { b: 1 } } }, "invalid_metadata_format"],
    [{ event_type: "x", event_payload: {}, other: 1 }, "invalid_metadata_format"],
    [{ event_type: "x", event_payload: { a: "x".repeat(8000) } }, "metadata_too_large"],
  ])("refuses the metadata %j as %s", async (metadata, error) => {
    await using started = await start();
    const { client, images } = started;
    expect(
      await errorOf(client.apiCall("chat.postMessage", { channel: images, text: "x", metadata })),
    ).toBe(error);
  });
});

describe("message metadata", () => {
  it("is accepted at its limit and refused one character over", async () => {
    await using started = await start();
    const { client, images } = started;
    const post = (length: number) => {
      const empty = JSON.stringify({ event_type: "x", event_payload: { a: "" } }).length;
      const metadata = { event_type: "x", event_payload: { a: "x".repeat(length - empty) } };
      return client.chat.postMessage({ channel: images, text: "x", metadata });
    };
    expect(await post(8000)).toMatchObject({ ok: true });
    expect(await errorOf(post(8001))).toBe("metadata_too_large");
  });
});

describe("chat.update", () => {
  it("replaces the text, keeps the metadata, and marks the message as edited", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const metadata = { event_type: "upload", event_payload: { id: "1" } };
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x", metadata });
    await client.chat.update({ channel: images, ts, text: "y", blocks: [section("y")] });
    expect(slack.thread(images, ts)).toMatchObject([
      { text: "y", metadata, edited: { user: slack.botUserId } },
    ]);
    await client.apiCall("chat.update", { channel: images, ts, text: "z", metadata: {} });
    expect(slack.thread(images, ts)[0]).not.toHaveProperty("metadata");
  });

  it("removes the blocks when only text is given", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts = "" } = await client.chat.postMessage({ channel: images, blocks: [richText("x")] });
    await client.chat.update({ channel: images, ts, text: "y" });
    expect(slack.thread(images, ts)[0]).not.toHaveProperty("blocks");
  });

  it("accepts 4,000 characters of text and refuses one more as msg_too_long", async () => {
    await using started = await start();
    const { client, images } = started;
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x" });
    const update = (length: number) =>
      client.chat.update({ channel: images, ts, text: "x".repeat(length) });
    expect(await update(4000)).toMatchObject({ ok: true });
    expect(await errorOf(update(4001))).toBe("msg_too_long");
  });

  it("refuses rich text replaced by other blocks as block_mismatch", async () => {
    await using started = await start();
    const { client, images } = started;
    const { ts = "" } = await client.chat.postMessage({ channel: images, blocks: [richText("x")] });
    const update = (blocks: ReturnType<typeof section>[]) =>
      client.chat.update({ channel: images, ts, text: "y", blocks });
    expect(await errorOf(update([section("y")]))).toBe("block_mismatch");
    expect(
      await client.chat.update({ channel: images, ts, text: "y", blocks: [richText("y")] }),
    ).toMatchObject({ ok: true });
  });

  it("refuses other people's messages, missing ones, and a channel's name", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts } = slack.postMessage({ channel: images, text: "mine" }).message;
    const update = (channel: string, at: string) =>
      client.chat.update({ channel, ts: at, text: "y" });
    expect(await errorOf(update(images, ts))).toBe("cant_update_message");
    expect(await errorOf(update(images, "1700000000.000001"))).toBe("message_not_found");
    expect(await errorOf(update("images", ts))).toBe("channel_not_found");
    expect(await errorOf(client.chat.delete({ channel: images, ts }))).toBe("cant_delete_message");
  });
});

describe("chat.delete", () => {
  it("removes a message, and leaves a tombstone where replies stay", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const { ts = "" } = await client.chat.postMessage({ channel: images, text: "x" });
    const reply = slack.postMessage({ channel: images, text: "re", threadTs: ts }).message;
    await client.chat.delete({ channel: images, ts });
    expect(slack.thread(images, ts)).toMatchObject([{ subtype: "tombstone" }, { text: "re" }]);
    const history = await client.conversations.history({ channel: images });
    expect(history.messages).toMatchObject([{ subtype: "tombstone", ts }]);
    expect(await errorOf(client.chat.delete({ channel: images, ts }))).toBe("message_not_found");
    slack.deleteMessage(images, reply.ts);
    expect(slack.thread(images, ts)).toHaveLength(1);
  });
});

describe("chat.postEphemeral", () => {
  it("reaches a member of the channel only", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const [jane = ""] = slack.state.users.keys();
    await client.chat.postEphemeral({ channel: images, user: jane, text: "psst" });
    expect(slack.state.ephemerals).toMatchObject([{ to: jane, channel: images, text: "psst" }]);
    expect(
      await errorOf(client.chat.postEphemeral({ channel: images, user: "U0NOBODY", text: "x" })),
    ).toBe("user_not_in_channel");
    expect(slack.thread(images, slack.state.ephemerals[0]?.ts ?? "")).toEqual([]);
  });
});
