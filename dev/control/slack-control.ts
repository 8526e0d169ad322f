import { basename } from "node:path";
import * as v from "valibot";
import { IDLE_PATH, type RunningStack } from "../stack/running-stack.ts";
import { readNamedFile } from "./read-file.ts";
import {
  Conversation,
  Front,
  type Message,
  Messages,
  Posted,
  Seen,
  type View,
} from "./slack-answers.ts";

/** Acts in the local Slack as a person, and returns what that person sees. */
export type SlackControl = ReturnType<typeof createSlackControl>;

/** Its methods reject with the local Slack's own sentence. */
export function createSlackControl({ slack, functions }: Omit<RunningStack, "pid">) {
  return {
    async post({ paths, ...fields }: NewPost) {
      const files = await readFiles("files", paths);
      return call("messages", Posted, { method: "POST", body: toForm(fields, files) });
    },
    /** All messages and replies of a channel, or of the app's direct message with @somebody, oldest first. */
    messages: (channel: string) => call(`messages?${query({ channel })}`, Conversation),
    async thread(channel: string, ts: string): Promise<Message[]> {
      return (await call(`thread?${query({ channel, ts })}`, Messages)).messages;
    },
    openShortcut: (use: MessageRef & { user: string | undefined }) => act("shortcut", use),
    press: ({ actionId, ...press }: ButtonPress) => act("press", { ...press, action_id: actionId }),
    slash: (use: { channel: string; user: string | undefined; text: string }) => act("slash", use),
    async submit({ viewId, user, values, files }: Submission) {
      const fields = { view_id: viewId, user, values: JSON.stringify(values) };
      const chosen = await Promise.all(
        Object.entries(files).map(([blockId, paths]) => readFiles(blockId, paths)),
      );
      return call("submit", Seen, { method: "POST", body: toForm(fields, chosen.flat()) });
    },
    /** Presses the X, which closes all views of the modal. */
    close: (viewId: string, user: string | undefined) =>
      act("close", { view_id: viewId, user, is_cleared: true }),
    /** A person's front modal. */
    async view(user: string | undefined): Promise<View | undefined> {
      return (await call(`view?${query({ user })}`, Front)).view ?? undefined;
    },
    /** The messages that only this person sees. */
    async ephemerals(user: string | undefined): Promise<Message[]> {
      return (await call(`ephemerals?${query({ user })}`, Messages)).messages;
    },
    async breakDownloads(): Promise<void> {
      const fault = { on: "download", kind: "error_500", times: 1000 };
      await call("faults", v.unknown(), { method: "POST", body: JSON.stringify(fault) });
    },
    async repairDownloads(): Promise<void> {
      await call("faults", v.unknown(), { method: "DELETE" });
    },
    /** Waits until the app has finished all its work. Returns false if nobody knows, as under `vercel dev`. */
    async waitUntilIdle(): Promise<boolean> {
      const response = await fetch(functions + IDLE_PATH).catch(() => undefined);
      return response?.ok === true;
    },
  };

  function act(path: string, body: object): Promise<Seen> {
    return call(path, Seen, { method: "POST", body: JSON.stringify(body) });
  }

  async function call<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    init: RequestInit = {},
  ): Promise<v.InferOutput<Schema>> {
    const response = await connect(`${slack}/local/${path}`, init);
    const body: unknown = await response.json();
    if (!response.ok) {
      throw new Error(v.is(Refusal, body) ? body.error : `Cannot ${path}: ${response.status}`);
    }
    return v.parse(schema, body);
  }
}

interface NewPost extends Record<string, unknown> {
  /** With or without `#`. */
  channel: string;
  user?: string | undefined;
  text?: string | undefined;
  paths: readonly string[];
  /** "false": the app is not told, as if the message were older than its invitation. */
  is_delivered?: "false";
}

export interface MessageRef {
  channel: string;
  ts: string;
}

interface ButtonPress extends MessageRef {
  actionId: string;
  value: string;
  user: string | undefined;
}

interface Submission {
  viewId: string;
  user: string | undefined;
  /** Text, or the values of checked options, by `block_id`. */
  values: Readonly<Record<string, string | readonly string[]>>;
  /** Paths of files, by `block_id`. */
  files: Readonly<Record<string, readonly string[]>>;
}

const Refusal = v.object({ error: v.string() });

async function connect(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const { origin } = new URL(url);
    throw new Error(
      `Cannot reach the local Slack at ${origin}: start it with \`npm start\` and keep it running`,
      { cause },
    );
  }
}

interface NamedFile {
  field: string;
  name: string;
  blob: Blob;
}

function readFiles(field: string, paths: readonly string[]): Promise<NamedFile[]> {
  return Promise.all(
    paths.map(async (path) => ({
      field,
      name: basename(path),
      blob: new Blob([await readNamedFile(path)]),
    })),
  );
}

function toForm(fields: Readonly<Record<string, unknown>>, files: readonly NamedFile[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") {
      form.set(name, value);
    }
  }
  for (const { field, name, blob } of files) {
    form.append(field, blob, name);
  }
  return form;
}

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      given.set(name, value);
    }
  }
  return given.toString();
}
