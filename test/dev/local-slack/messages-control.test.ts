import { describe, expect, it } from "vitest";
import { startReceiver, urlsAt } from "./receiver.ts";
import { clientOf, png, start } from "./start.ts";

describe("GET /local/messages", () => {
  it("lists all messages of a channel, replies too, oldest first", async () => {
    await using started = await start();
    const { slack, images } = started;
    const { ts } = slack.postMessage({ channel: "images", text: "one" }).message;
    await clientOf(slack).chat.postMessage({ channel: images, thread_ts: ts, text: "two" });
    slack.postMessage({ channel: "general", text: "elsewhere" });
    const response = await fetch(`${slack.origin}/local/messages?channel=%23images`);
    expect(await response.json()).toMatchObject({
      channel: { id: images, name: "images" },
      messages: [{ text: "one" }, { text: "two", thread_ts: ts }],
    });
  });

  it("lists the app's direct message with somebody", async () => {
    await using started = await start();
    const { slack } = started;
    await clientOf(slack).chat.postMessage({ channel: "U0LOCAL002", text: "for you" });
    const response = await fetch(`${slack.origin}/local/messages?channel=%40minho`);
    expect(await response.json()).toMatchObject({ messages: [{ text: "for you" }] });
  });

  it("is empty for a channel without messages, and 400 for an unknown one", async () => {
    await using started = await start();
    const list = (channel: string) =>
      fetch(`${started.slack.origin}/local/messages?channel=${channel}`);
    expect(await (await list("general")).json()).toMatchObject({ messages: [] });
    const refused = await list("nowhere");
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: "Cannot find channel nowhere" });
  });
});

describe("POST /local/messages", () => {
  it("does not tell the app with is_delivered=false, as before its invitation", async () => {
    await using receiver = await startReceiver((response) => response.end());
    await using started = await start({ requestUrls: urlsAt(receiver.origin) });
    const body = new FormData();
    body.set("channel", "images");
    body.set("is_delivered", "false");
    body.append("files", new Blob([png()]), "a.png");
    const posted = await fetch(`${started.slack.origin}/local/messages`, { method: "POST", body });
    expect(await posted.json()).toEqual({ channel: started.images, ts: expect.any(String) });
    expect(receiver.received).toEqual([]);
  });
});

describe("/local/faults", () => {
  it("order a fault, and end it", async () => {
    await using started = await start();
    const { origin, apiUrl } = started.slack;
    const status = async () => (await fetch(`${apiUrl}auth.test`, { method: "POST" })).status;
    const body = JSON.stringify({ on: "auth.test", kind: "error_500", times: 100 });
    await fetch(`${origin}/local/faults`, { method: "POST", body });
    expect(await status()).toBe(500);
    await fetch(`${origin}/local/faults`, { method: "DELETE" });
    expect(await status()).toBe(200);
  });

  it("answer 400 for an unknown kind", async () => {
    await using started = await start();
    const body = JSON.stringify({ on: "auth.test", kind: "boredom" });
    const response = await fetch(`${started.slack.origin}/local/faults`, { method: "POST", body });
    expect(response.status).toBe(400);
  });
});
