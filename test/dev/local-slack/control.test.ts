import { describe, expect, it } from "vitest";
import { startReceiver, urlsAt } from "./receiver.ts";
import { manifestWith, png, start } from "./start.ts";

describe("/local/messages and /local/thread", () => {
  it("post as a person, deliver, and show the thread", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await start({ requestUrls: urlsAt(receiver.origin) });
    const { slack, images } = started;
    const form = new FormData();
    form.set("channel", "#images");
    form.set("user", "minho");
    form.set("text", "look");
    form.append("files", new Blob([png()]), "a.png");
    form.append("files", new Blob([png()], { type: "image/gif" }), "b");
    const posted = await fetch(`${slack.origin}/local/messages`, { method: "POST", body: form });
    const answer: unknown = await posted.json();
    expect(answer).toMatchObject({ channel: images, attempt: { status: 200 } });
    const [{ body } = { body: "" }] = receiver.received;
    const { event } = JSON.parse(body);
    expect(event).toMatchObject({
      user: [...slack.state.users.keys()][1],
      files: [
        { name: "a.png", mimetype: "image/png" },
        { name: "b", mimetype: "image/gif" },
      ],
    });
    const query = new URLSearchParams({ channel: "images", ts: event.ts });
    const thread = await fetch(`${slack.origin}/local/thread?${query.toString()}`);
    expect(await thread.json()).toMatchObject({ messages: [{ text: "look", ts: event.ts }] });
  });

  it("answer 400 for an unknown channel", async () => {
    await using started = await start();
    const form = new FormData();
    form.set("channel", "nowhere");
    const { origin } = started.slack;
    const posted = await fetch(`${origin}/local/messages`, { method: "POST", body: form });
    expect(posted.status).toBe(400);
    expect(await posted.json()).toEqual({ error: "Cannot find channel nowhere" });
  });

  it("deliver nothing from a channel without the bot, or without a subscription", async () => {
    await using receiver = await startReceiver((response) => response.end());
    const requestUrls = urlsAt(receiver.origin);
    await using started = await start({ requestUrls });
    const group = started.slack.addChannel({ name: "us", isMpim: true });
    for (const channel of ["general", group.id]) {
      const body = new FormData();
      body.set("channel", channel);
      body.set("text", "x");
      await fetch(`${started.slack.origin}/local/messages`, { method: "POST", body });
    }
    expect(receiver.received).toEqual([]);
  });

  it("tell that the server is up", async () => {
    await using started = await start({ manifest: manifestWith() });
    const response = await fetch(`${started.slack.origin}/local/health`);
    expect(await response.json()).toMatchObject({ ok: true });
  });
});
