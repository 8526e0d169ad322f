import { describe, expect, it } from "vitest";
import { startReceiver, urlsAt } from "./receiver.ts";
import { isRecord, start } from "./start.ts";

describe("POST /response/ID", () => {
  it("reaches the person alone, or the channel without membership, or a thread", async () => {
    await using run = await runShortcut("general");
    const { slack, post, message, general } = run;
    expect(await (await post({ text: "psst" })).text()).toBe("ok");
    expect(slack.state.ephemerals).toMatchObject([{ text: "psst", channel: general }]);
    await post({ text: "all", response_type: "in_channel", thread_ts: message.ts });
    expect(slack.thread("general", message.ts)).toMatchObject([{}, { text: "all" }]);
  });

  it("works five times and not a sixth", async () => {
    await using run = await runShortcut();
    for (let use = 0; use < 5; use += 1) {
      expect((await run.post({ text: "x" })).status).toBe(200);
    }
    const sixth = await run.post({ text: "x" });
    expect(sixth.status).toBe(404);
    expect(await sixth.json()).toEqual({ ok: false, error: "used_url" });
    const [url] = run.slack.state.responseUrls.values();
    expect(url?.posts).toHaveLength(5);
  });

  it("works for thirty minutes and not a millisecond longer", async () => {
    await using run = await runShortcut();
    run.time.nowMs += 30 * 60_000;
    expect((await run.post({ text: "x" })).status).toBe(200);
    run.time.nowMs += 1;
    expect(await (await run.post({ text: "x" })).json()).toEqual({
      ok: false,
      error: "expired_url",
    });
  });

  it("refuses an invalid message without using up a post", async () => {
    await using run = await runShortcut();
    const empty = await run.post({});
    expect([empty.status, await empty.json()]).toEqual([400, { ok: false, error: "no_text" }]);
    const blocks = [{ type: "nope" }];
    expect(await (await run.post({ blocks })).json()).toMatchObject({ error: "invalid_blocks" });
    const [url] = run.slack.state.responseUrls.values();
    expect(url?.posts).toHaveLength(0);
  });

  it("replaces and deletes the app's own message, and leaves a person's alone", async () => {
    await using run = await runShortcut();
    await run.post({ text: "new", replace_original: true });
    expect(run.slack.thread("images", run.message.ts)).toMatchObject([{ text: "x" }]);
    const text = { type: "plain_text" as const, text: "B" };
    const button = { type: "button" as const, action_id: "b", text };
    const blocks = [{ type: "actions" as const, elements: [button] }];
    const { ts = "" } = await run.client.chat.postMessage({ channel: run.images, blocks });
    await run.slack.pressButton({ channel: "images", ts, actionId: "b" });
    await run.post({ text: "new", replace_original: true });
    expect(run.slack.thread("images", ts)).toMatchObject([{ text: "new" }]);
    await run.post({ delete_original: true });
    expect(run.slack.thread("images", ts)).toEqual([]);
  });

  it("can be made to fail", async () => {
    await using run = await runShortcut();
    run.slack.fault({ on: "response_url", kind: "error_500" });
    expect((await run.post({ text: "x" })).status).toBe(500);
    expect(run.slack.requests.at(-1)).toMatchObject({ method: "response_url", status: 500 });
  });
});

/** Runs a shortcut on a person's message. `post` posts to the last payload's `response_url`. */
async function runShortcut(channel = "images") {
  const time = { nowMs: 1_700_000_000_000 };
  const receiver = await startReceiver((response) => response.end());
  const started = await start({ requestUrls: urlsAt(receiver.origin), now: () => time.nowMs });
  const { slack } = started;
  const { message } = slack.postMessage({ channel, text: "x" });
  await slack.openShortcut({ channel, ts: message.ts });
  return {
    ...started,
    time,
    message,
    post: (body: unknown): Promise<Response> => {
      const { body: form = "" } = receiver.received.at(-1) ?? {};
      const payload: unknown = JSON.parse(new URLSearchParams(form).get("payload") ?? "{}");
      const url = isRecord(payload) ? String(payload["response_url"]) : "";
      return fetch(url, { method: "POST", body: JSON.stringify(body) });
    },
    async [Symbol.asyncDispose]() {
      await slack.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
