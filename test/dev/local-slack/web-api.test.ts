import { describe, expect, it, vi } from "vitest";
import { clientOf, errorOf, manifestWith, refused, SCOPES, start } from "./start.ts";

describe("the Web API's token and scopes", () => {
  it("auth.test tells who the bot is", async () => {
    await using started = await start();
    const { slack, client } = started;
    expect(await client.auth.test()).toMatchObject({
      ok: true,
      team_id: slack.teamId,
      user_id: slack.botUserId,
      bot_id: slack.botId,
    });
  });

  it("refuses a call without a token as not_authed, with a wrong one as invalid_auth", async () => {
    await using started = await start();
    const { slack } = started;
    const bare = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
    expect(await bare.json()).toMatchObject({ ok: false, error: "not_authed" });
    expect(await errorOf(clientOf(slack, "xoxb-wrong").auth.test())).toBe("invalid_auth");
  });

  it("takes the token from a form, not from a JSON body", async () => {
    await using started = await start();
    const { slack } = started;
    const form = await fetch(`${slack.apiUrl}auth.test`, {
      method: "POST",
      body: new URLSearchParams({ token: slack.botToken }),
    });
    expect(await form.json()).toMatchObject({ ok: true });
    const json = await fetch(`${slack.apiUrl}auth.test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: slack.botToken }),
    });
    expect(await json.json()).toMatchObject({ ok: false, error: "not_authed" });
  });

  it("refuses an unknown method, those of Object.prototype included", async () => {
    await using started = await start();
    expect(await errorOf(started.client.apiCall("chat.shout"))).toBe("unknown_method");
    expect(await errorOf(started.client.apiCall("toString"))).toBe("unknown_method");
  });

  it.each([
    ["chat.postMessage", "chat:write"],
    ["chat.update", "chat:write"],
    ["files.info", "files:read"],
  ])("refuses %s without %s, naming what is needed and provided", async (method, scope) => {
    const others = SCOPES.filter((other) => other !== scope);
    await using started = await start({ manifest: manifestWith(others) });
    const answer = await refused(started.client.apiCall(method, { channel: started.images }));
    expect(answer).toMatchObject({
      error: "missing_scope",
      needed: scope,
      provided: others.join(","),
    });
  });

  it("asks for the history scope of the conversation's own kind", async () => {
    await using started = await start({ manifest: manifestWith(["channels:history"]) });
    const { slack, client, images } = started;
    const secret = slack.addChannel({ name: "secret", isPrivate: true });
    expect(await client.conversations.history({ channel: images })).toMatchObject({ ok: true });
    expect(await refused(client.conversations.history({ channel: secret.id }))).toMatchObject({
      error: "missing_scope",
      needed: "groups:history",
    });
  });

  it("records what arrived, with parsed arguments", async () => {
    await using started = await start({ now: () => 1_700_000_000_000 });
    const { slack, client, images } = started;
    const blocks = [{ type: "divider" }];
    await client.chat.postMessage({ channel: images, text: "hi", blocks });
    await vi.waitUntil(() => slack.requests[0]?.durationMs !== undefined);
    expect(slack.requests).toEqual([
      {
        method: "chat.postMessage",
        path: "/api/chat.postMessage",
        args: { channel: images, text: "hi", blocks },
        authorization: `Bearer ${slack.botToken}`,
        status: 200,
        atMs: 1_700_000_000_000,
        durationMs: expect.any(Number),
      },
    ]);
  });
});

describe("conversations.*", () => {
  it("history gives the newest first, without replies, within oldest and latest", async () => {
    let now = 1_700_000_000_000;
    await using started = await start({ now: () => (now += 1000) });
    const { slack, client, images } = started;
    const [first, second, third] = ["one", "two", "three"].map(
      (text) => slack.postMessage({ channel: images, text }).message.ts,
    );
    slack.postMessage({ channel: images, text: "reply", threadTs: first });
    const read = async (args: Record<string, unknown>) => {
      const answer = await client.conversations.history({ channel: images, ...args });
      return (answer.messages ?? []).map(({ ts }) => ts);
    };
    expect(await read({})).toEqual([third, second, first]);
    expect(await read({ oldest: first })).toEqual([third, second]);
    expect(await read({ oldest: first, inclusive: true })).toEqual([third, second, first]);
    expect(await read({ latest: third })).toEqual([second, first]);
    expect(await read({ oldest: second, latest: second, inclusive: true })).toEqual([second]);
    expect(await errorOf(client.conversations.history({ channel: images, oldest: "x" }))).toBe(
      "invalid_ts_oldest",
    );
  });

  it("history pages with a cursor and refuses another's", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    for (const text of ["1", "2", "3"]) {
      slack.postMessage({ channel: images, text });
    }
    const texts: unknown[] = [];
    for await (const page of client.paginate("conversations.history", {
      channel: images,
      limit: 2,
    })) {
      texts.push(page);
    }
    expect(texts).toMatchObject([
      { messages: [{ text: "3" }, { text: "2" }], has_more: true },
      { messages: [{ text: "1" }], has_more: false },
    ]);
    expect(await errorOf(client.conversations.history({ channel: images, cursor: "zzz" }))).toBe(
      "invalid_cursor",
    );
  });

  it("replies gives parent and replies, oldest first; a reply's ts that reply alone", async () => {
    await using started = await start();
    const { slack, client, images } = started;
    const parent = slack.postMessage({ channel: images, text: "parent" }).message;
    const reply = await client.chat.postMessage({
      channel: images,
      text: "reply",
      thread_ts: parent.ts,
    });
    const answer = await client.conversations.replies({ channel: images, ts: parent.ts });
    expect(answer.messages).toMatchObject([
      { text: "parent", thread_ts: parent.ts, reply_count: 1, latest_reply: reply.ts },
      { text: "reply", thread_ts: parent.ts, parent_user_id: parent.user, bot_id: slack.botId },
    ]);
    const alone = await client.conversations.replies({ channel: images, ts: reply.ts ?? "" });
    expect(alone.messages).toHaveLength(1);
    expect(
      await errorOf(client.conversations.replies({ channel: images, ts: "1700000000.000001" })),
    ).toBe("thread_not_found");
  });

  it("shows metadata only when asked", async () => {
    await using started = await start();
    const { client, images } = started;
    const metadata = { event_type: "upload", event_payload: { id: "1" } };
    await client.chat.postMessage({ channel: images, text: "x", metadata });
    const plain = await client.conversations.history({ channel: images });
    expect(plain.messages?.[0]).not.toHaveProperty("metadata");
    const full = await client.conversations.history({
      channel: images,
      include_all_metadata: true,
    });
    expect(full.messages?.[0]).toHaveProperty("metadata", metadata);
  });

  it("hides conversations: not_in_channel for a public one, channel_not_found for a private one", async () => {
    await using started = await start();
    const { slack, client, general } = started;
    const secret = slack.addChannel({ name: "secret", isPrivate: true, botIsMember: false });
    for (const call of [
      (channel: string) => client.conversations.history({ channel }),
      (channel: string) => client.chat.postMessage({ channel, text: "x" }),
    ]) {
      expect(await errorOf(call(general))).toBe("not_in_channel");
      expect(await errorOf(call(secret.id))).toBe("channel_not_found");
      expect(await errorOf(call("C0NOWHERE"))).toBe("channel_not_found");
    }
  });

  it("lists the bot's own channels, with the read scopes", async () => {
    await using started = await start({ manifest: manifestWith(["channels:read"]) });
    const { client, images } = started;
    const own = await client.users.conversations({});
    expect(own.channels?.map(({ id }) => id)).toEqual([images]);
    expect(await errorOf(client.users.conversations({ types: "private_channel" }))).toBe(
      "missing_scope",
    );
    expect(await errorOf(client.users.conversations({ types: "secret" }))).toBe("invalid_types");
  });
});
