import type { Clock } from "./clock.ts";
import type { FaultQueue } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import type { Message, MessageStore } from "./message-store.ts";
import type { StoredFile } from "./file-store.ts";
import type { ResponseUrl } from "./response-url.ts";
import type { Trigger } from "./triggers.ts";
import type { View } from "./view-store.ts";
import type { Channel, User, Workspace } from "./workspace.ts";

/** What every part of the stand-in shares. */
export interface Slack {
  origin: string;
  botToken: string;
  signingSecret: string;
  clock: Clock;
  workspace: Workspace;
  state: LocalSlackState;
  requests: RecordedRequest[];
  faults: FaultQueue;
  ackTimeoutMs: number;
  retryDelaysMs: readonly number[];
  requestUrls: RequestUrls | undefined;
  /** Aborted by `close()`: whatever waits, gives up. */
  closing: AbortSignal;
}

export interface RequestUrls {
  events: string;
  interactivity: string;
  commands: string;
}

export interface LocalSlackState {
  channels: Map<string, Channel>;
  users: Map<string, User>;
  messages: MessageStore;
  files: Map<string, StoredFile>;
  ephemerals: EphemeralMessage[];
  /** Each person's open modals, the visible one last. */
  modals: Map<string, View[]>;
  homes: Map<string, View>;
  triggers: Map<string, Trigger>;
  responseUrls: Map<string, ResponseUrl>;
}

export type EphemeralMessage = Message & { channel: string; to: string };

/** A Web API call, a file download or a post to a `response_url` that arrived. */
export interface RecordedRequest {
  /** The Web API method, or `download`, or `response_url`. */
  method: string;
  path: string;
  args: JsonObject;
  authorization?: string;
  /** 0 as long as there is no answer. */
  status: number;
  /** Slack's error string of an `ok: false` answer. */
  error?: string;
  atMs: number;
}
