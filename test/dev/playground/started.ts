import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { expect } from "vitest";
import {
  type Playground,
  type PlaygroundOptions,
  startPlayground,
} from "../../../dev/playground/start-playground.ts";
import type { StackState, SweepResult } from "../../../dev/playground/api.ts";
import { PNG } from "../../helpers/person.ts";

/** A playground with nothing in it yet, as a page sees it: over HTTP. */
export interface StartedPlayground extends AsyncDisposable {
  playground: Playground;
  origin: string;
  get<Body>(path: string): Promise<Body>;
  send(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Response>;
  state(): Promise<StackState>;
  /** The file of variables that `npm run doctor` reads. */
  variables(): Promise<NodeJS.Dict<string>>;
  sweep(): Promise<SweepResult>;
  /** Posts an image as a person does; answers once it was acked, or was not. */
  post(): Promise<Posted>;
  /** The app's replies to it. */
  replies(posted: Posted): string[];
  /** Waits until the app's reply has a tag like this. */
  expectTag(posted: Posted, tag: RegExp): Promise<void>;
}

export interface Posted {
  channel: string;
  ts: string;
}

export async function start(options: PlaygroundOptions = {}): Promise<StartedPlayground> {
  const directory = await mkdtemp(path.join(tmpdir(), "playground-"));
  const playground = await startPlayground({
    directory,
    ackTimeoutMs: ACK_TIMEOUT_MS,
    ...options,
  });
  await playground.started;
  const { slack } = playground.stack;
  const { origin } = slack;
  const get = async <Body>(route: string): Promise<Body> =>
    JSON.parse(await (await fetch(`${origin}${route}`)).text());
  const send = (method: string, route: string, body: unknown = {}) =>
    fetch(`${origin}${route}`, { method, body: JSON.stringify(body) });
  const replies = ({ channel, ts }: Posted) =>
    slack
      .thread(channel, ts)
      .filter(({ bot_id: bot }) => bot !== undefined)
      .map((message) => JSON.stringify(message));
  return {
    playground,
    origin,
    get,
    send,
    replies,
    state: () => get("/local/stack"),
    variables: async () => parseEnv(await readFile(path.join(directory, ".env"), "utf8")),
    sweep: async () => JSON.parse(await (await send("POST", "/local/stack/sweep")).text()),
    async post() {
      const form = new FormData();
      form.set("channel", "images");
      form.append("files", new Blob([PNG], { type: "image/png" }), "alpha.png");
      const response = await fetch(`${origin}/local/messages`, { method: "POST", body: form });
      return JSON.parse(await response.text());
    },
    async expectTag(posted, tag) {
      await expect.poll(() => replies(posted).join()).toMatch(tag);
    },
    async [Symbol.asyncDispose]() {
      await playground[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Real time, which a busy machine needs more of than Slack would give. */
const ACK_TIMEOUT_MS = 600_000;
