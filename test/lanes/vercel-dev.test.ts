import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../dev/stack/free-port.ts";
import { type LocalStack, startStack } from "../../dev/stack/stack.ts";
import { startVercelDev } from "../../dev/stack/vercel-dev.ts";
import { poll } from "../helpers/poll.ts";
import { expectWholeUpload } from "../helpers/whole-upload.ts";

const PNG = await readFile(new URL("../fixtures/images/alpha.png", import.meta.url));

let directory: string;
let origin: string;
/** Slack's time, while its clock stands still. */
let heldMs: number | undefined;
let stack: LocalStack;
let functions: AsyncDisposable;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "vercel-dev-"));
  origin = `http://127.0.0.1:${await findFreePort(0)}`;
  stack = await startStack({
    functions: origin,
    directory,
    slackOptions: { ackTimeoutMs: ACK_TIMEOUT_MS, now: () => heldMs ?? Date.now() },
  });
  functions = await startVercelDev(stack, { origin });
});

afterAll(async () => {
  await functions[Symbol.asyncDispose]();
  await stack.close();
  await rm(directory, { recursive: true, force: true });
});

describe("`vercel dev`", () => {
  it("completes a whole upload that is delivered as Slack does", async () => {
    const urls = await expectWholeUpload(stack.slack, (envelope) => stack.slack.deliver(envelope));
    for (const url of urls) {
      const { headers } = await fetch(url);
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
  });

  it("answers a wrong method with 405, and answers the health check", async () => {
    expect((await fetch(`${origin}/api/slack/events`)).status).toBe(405);
    expect(await (await fetch(`${origin}/api/health`)).json()).toEqual({ ok: true });
  });

  it("completes the shortcut, an edit and a deletion in the same reply", async () => {
    const { slack } = stack;
    const files = [{ name: "alpha.png", bytes: PNG }];
    const { message } = slack.postMessage({ channel: "images", files });
    const [channel = ""] = slack.state.channels.keys();
    await open(() => slack.openShortcut({ channel, ts: message.ts }));
    await send({ alt: "A grey square", link: "https://example.com/" });
    const uploaded = await replyWith(message.ts, "A grey square");
    expect(uploaded).toContain("https://example.com/");
    expect((await seen()).text).toContain("A grey square");

    await open(() => press(message.ts, "edit_tags"));
    await send({ alt: "A green square", link: null });
    const edited = await replyWith(message.ts, "A green square");
    expect(edited).not.toContain("https://example.com/");

    await press(message.ts, "delete_image");
    expect(await replyWith(message.ts, '"strike":true')).not.toContain("<img");
  });

  it("completes the slash command, its help and its form", async () => {
    const { slack } = stack;
    const help = await slack.slashCommand({ channel: "general", text: "help" });
    expect(help.ephemerals[0]?.text.split("\n")).toHaveLength(3);
    await open(() => slack.slashCommand({ channel: "general" }));
    await send({ files: [{ name: "form.png", bytes: PNG }], alt: "Sent by form" });
    await poll(
      "result in the modal",
      () => viewText()?.includes('alt=\\"Sent by form\\"') || undefined,
    );
  });
});

/** `vercel dev` starts a process for each request, which takes longer than Slack's 3 s on a busy machine. */
const ACK_TIMEOUT_MS = 120_000;

/** Slack's clock stands still meanwhile, or the trigger would expire before a process answers on a busy machine. */
async function open(act: () => Promise<unknown>): Promise<void> {
  const before = stack.slack.viewOf()?.id;
  heldMs = Date.now();
  try {
    await act();
    await poll("modal", () => {
      const id = stack.slack.viewOf()?.id;
      return id === before ? undefined : id;
    });
  } finally {
    heldMs = undefined;
  }
}

type Values = NonNullable<Parameters<LocalStack["slack"]["submitView"]>[0]["values"]>;

function viewText(): string | undefined {
  const view = stack.slack.viewOf();
  return view && JSON.stringify(view);
}

async function seen(): Promise<{ text: string }> {
  const text = await poll("result in the modal", () => {
    const shown = viewText();
    return shown?.includes("rich_text_preformatted") ? shown : undefined;
  });
  return { text };
}

/** Waits until the top modal has its fields, fills them in by name, and submits it. */
async function send(fields: Record<string, Values[string]>): Promise<void> {
  const view = await poll("modal with fields", () => {
    const opened = stack.slack.viewOf();
    return opened?.blocks.some(({ type }) => type === "input") ? opened : undefined;
  });
  const ids = view.blocks.map((block) => String(block["block_id"]));
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      ids.find((id) => id === name || id.startsWith(`${name}:`)) ?? name,
      value,
    ]),
  );
  const { errors, problem } = await stack.slack.submitView({ viewId: view.id, values });
  expect({ errors, problem }).toEqual({ errors: {}, problem: undefined });
}

function replyOf(ts: string) {
  const [channel = ""] = stack.slack.state.channels.keys();
  return stack.slack.thread(channel, ts).find(({ bot_id }) => bot_id !== undefined);
}

function replyWith(ts: string, text: string): Promise<string> {
  return poll(`reply with ${text}`, () => {
    const blocks = JSON.stringify(replyOf(ts)?.blocks ?? []);
    return blocks.includes(text) ? blocks : undefined;
  });
}

async function press(ts: string, actionId: string): Promise<void> {
  const [channel = ""] = stack.slack.state.channels.keys();
  const reply = replyOf(ts);
  await stack.slack.pressButton({ channel, ts: reply?.ts ?? "", actionId });
}
