/**
 * The messages between the page and the local stack, as JSON over HTTP on the local Slack's own origin.
 * Both sides import these types and nothing else of each other. All times are of the stack's clock: the browser's, and
 * `clockOffsetMs` of `StackState` more.
 */

/** `GET /local/state?user=ID`: everything that this person's Slack shows. */
export interface WorkspaceState {
  /** The app's name, and the shortcut and command that its manifest has. */
  app: {
    name: string;
    userId: string;
    shortcuts: readonly Shortcut[];
    command: string;
    /** Slack shows this while a person types the command. */
    commandHint: string;
  };
  people: readonly Person[];
  /** In the order of the sidebar, direct messages last. Only those that this person is in. */
  conversations: readonly Conversation[];
  /** This person's modal: the views of its stack, the one in front last. */
  views: readonly ModalView[];
}

export interface Shortcut {
  callbackId: string;
  name: string;
}

export interface Person {
  id: string;
  name: string;
  realName: string;
  /** `uploader`, `colleague`, `admin` or `guest`: what "You are" offers. */
  role: Role;
}

export type Role = "uploader" | "colleague" | "admin" | "guest";

export interface Conversation {
  id: string;
  /** `images`; of a direct message the other's name. */
  name: string;
  kind: "channel" | "group" | "im" | "mpim";
  hasApp: boolean;
  /** Oldest first, replies included, and what only this person sees (`is_ephemeral`). */
  messages: readonly Message[];
}

/** Slack's own message object; the fields that the page reads. */
export interface Message {
  ts: string;
  thread_ts?: string;
  user?: string;
  bot_id?: string;
  subtype?: string;
  text: string;
  blocks?: readonly Block[];
  files?: readonly SlackFile[];
  reply_count?: number;
  latest_reply?: string;
  edited?: { user: string; ts: string };
  is_ephemeral?: boolean;
}

/** Any Block Kit block or element, as the app sent it. */
export type Block = Readonly<Record<string, unknown>> & { type: string };

export interface SlackFile {
  id: string;
  name: string;
  mimetype: string;
  size: number;
  original_w?: number;
  original_h?: number;
  /** `/local/files/ID`: the file for the page, which has no token. */
  preview: string;
}

/** Slack's own view object; the fields that the page reads. */
export interface ModalView {
  id: string;
  hash: string;
  callback_id: string;
  title: TextObject;
  submit: TextObject | null;
  close: TextObject | null;
  blocks: readonly Block[];
  /** The values typed so far: `block_id` → `action_id` → value. */
  state: { values: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
}

/** The result of a person's act, as they see it. Answers `press`, `submit`, `shortcut`, `slash`, `close`. */
export interface Seen {
  /** The sentence that Slack shows where the app did not answer. */
  problem?: string;
  /** `block_id` → the sentence under that field. */
  errors: Readonly<Record<string, string>>;
}

/**
 * `GET /local/events`: server-sent events. Each is named `changed`; its data is `{"topics":[…]}`: what to read anew.
 * The first comes at once, with all topics. `reload` tells the page that its own code changed (`npm run dev`).
 */
export type Topic = "slack" | "stack" | "store" | "log" | "timeline";

/** `GET /local/stack`: the functions, what is broken on purpose, and what is left to do. */
export interface StackState {
  functions: "running" | "starting" | "killed";
  /** False under `vercel dev`, where the functions cannot be killed, started anew or given another time. */
  isInControl: boolean;
  faults: readonly ActiveFault[];
  openWork: readonly OpenWork[];
  /** How far the clock of the whole stack was moved. */
  clockOffsetMs: number;
  settings: readonly Setting[];
}

/** `POST /local/stack/faults/NAME` begins one, `DELETE /local/stack/faults` ends all. */
export type FaultName =
  | "slack_rate_limited"
  | "slack_down"
  | "s3_down"
  | "kill_after_ack"
  | "deliver_eleven_times"
  | "lose_event";

export interface ActiveFault {
  name: FaultName;
  /** Epoch ms, for those that last 20 s; the others wait for the next event or ack. */
  endsAtMs?: number;
}

/** A marker: a promise that the app has still to keep. */
export interface OpenWork {
  key: string;
  /** `upload`, `edit`, … as the marker says. */
  kind: string;
  /** Epoch ms. */
  sinceMs: number;
  channel?: string;
  ts?: string;
}

/** A variable of `npm start` that the page can change. `PUT /local/stack/settings` takes `{NAME: value}`. */
export interface Setting {
  name: string;
  /** As it is set now; empty where it is not. */
  value: string;
  /** The value that counts while it is empty. */
  byDefault: string;
  /** The values to choose from; free text without it. */
  choices?: readonly string[];
  /** Several of `choices`, separated by commas. */
  isList?: boolean;
}

/** `PUT /local/stack/settings`, 400: what is wrong with which variable. Nothing was changed then. */
export interface SettingsRefusal {
  problems: readonly { variable: string; expected: string }[];
}

/** `POST /local/stack/sweep`: lets the time pass that a dead lease needs, sweeps, and says what `/api/cron/reconcile` did. */
export interface SweepResult {
  status: number;
  /** The endpoint's answer. */
  body: unknown;
  /** By how much the clock was moved for it. */
  movedMs: number;
}

/** `GET /local/stack/objects`: all of the bucket, newest first. */
export interface StoredObjectInfo {
  key: string;
  bytes: number;
  /** Epoch ms. */
  lastModifiedMs: number;
  etag: string;
  /** `content-type`, `cache-control` and whatever else was put with it. */
  headers: Readonly<Record<string, string>>;
  /** Its address behind the CDN; missing where readers are refused. */
  publicUrl?: string;
}

/** `GET /local/stack/record?channel=ID&ts=TS`: the record behind a message or a reply; 404 where there is none. */
export interface RecordInfo {
  key: string;
  record: unknown;
  /** Paths (`images[0].alt`) that differ from the version before. */
  changed: readonly string[];
  images: readonly RecordImage[];
}

export interface RecordImage {
  fileId: string;
  name: string;
  state: string;
  /** The HTML tag as it is now, and what it shows. */
  tag?: string;
  url?: string;
  alt?: string;
  width?: number;
  height?: number;
  /** The sizes of the posted file and of the object in the bucket. */
  originalBytes?: number;
  bytes?: number;
  /** The kinds of metadata that were removed: `location`, `credit`, … */
  removed: readonly string[];
}

/** `GET /local/stack/log`: the functions' lines since the stack started, oldest first, at most the last 1,000. */
export interface LogLine {
  atMs: number;
  level: string;
  event: string;
  /** All other fields. */
  fields: Readonly<Record<string, unknown>>;
}

/** `GET /local/stack/timeline`: every request between Slack, the functions and S3, oldest first, at most the last 500. */
export interface Exchange {
  id: number;
  from: "slack" | "functions" | "person" | "cdn";
  to: "slack" | "functions" | "s3";
  /** `POST events`, `chat.postMessage`, `PUT images/….png`. */
  what: string;
  startedAtMs: number;
  /** Missing while it is under way. */
  durationMs?: number;
  /** HTTP status; 0 where the connection broke. */
  status?: number;
  /** Slack's or S3's error code. */
  error?: string;
}
