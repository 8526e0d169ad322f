import type { JsonObject } from "../json.ts";
import type { Clock } from "./clock.ts";
import type { FaultQueue } from "./faults.ts";
import type { Message, MessageStore } from "./message-store.ts";
import type { RecordedDelivery, RecordedRequest } from "./recorded-request.ts";
import type { Channel, User, Workspace } from "./workspace.ts";

/** Everything that the parts of the local Slack share. */
export interface Slack {
  origin: string;
  botToken: string;
  signingSecret: string;
  clock: Clock;
  workspace: Workspace;
  state: LocalSlackState;
  requests: RecordedRequest[];
  deliveries: RecordedDelivery[];
  /** Called when a request or a delivery begins, and once more when it is over. */
  onTraffic: (kind: "request" | "delivery") => void;
  faults: FaultQueue;
  ackTimeoutMs: number;
  retryDelaysMs: readonly number[];
  requestUrls: RequestUrls | undefined;
  /** Aborted by `close()`, so that nothing keeps waiting. */
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
  triggers: Map<string, Trigger>;
  responseUrls: Map<string, ResponseUrl>;
}

export type EphemeralMessage = Message & { channel: string; to: string };

export interface StoredFile {
  id: string;
  bytes: Buffer;
  contentType: string;
  /** Served at each `thumb_*`. A file without one is served itself. */
  thumbnail?: Thumbnail;
  /** The file object that `files.info` returns. */
  object: JsonObject;
  /** The file object in events and messages: the same, or a Slack Connect stub. */
  shown: JsonObject;
  sharedIn: Set<string>;
  /** Uploaded through a form's `file_input`, so the app can read it without a shared channel. */
  isGivenToBot: boolean;
  isDeleted: boolean;
}

/** Slack's preview of a file: a JPEG or a PNG, even if browsers cannot show the file. */
export interface Thumbnail {
  bytes: Buffer;
  mimetype: string;
}

/** A modal as Slack keeps it; the names are Slack's. */
export type View = {
  id: string;
  team_id: string;
  type: "modal";
  blocks: JsonObject[];
  title: JsonObject | null;
  submit: JsonObject | null;
  close: JsonObject | null;
  private_metadata: string;
  callback_id: string;
  external_id: string;
  state: { values: Record<string, Record<string, JsonObject>> };
  hash: string;
  clear_on_close: boolean;
  notify_on_close: boolean;
  root_view_id: string;
  previous_view_id: string | null;
  app_id: string;
  bot_id: string;
  app_installed_team_id: string;
};

/** A `trigger_id`: it opens one modal for one person. */
export interface Trigger {
  userId: string;
  issuedAtMs: number;
  isUsed: boolean;
}

/** A `response_url`. The app's posts to it are visible only to this person unless they say otherwise. */
export interface ResponseUrl {
  channel: Channel;
  userId: string;
  /** The message that the person acted on. */
  messageTs?: string | undefined;
  createdAtMs: number;
  /** The app's posts, in order. */
  posts: JsonObject[];
}
