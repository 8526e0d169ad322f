import { LogLevel, WebClient } from "@slack/web-api";
import {
  type LocalSlack,
  type LocalSlackOptions,
  startLocalSlack,
} from "../../../dev/local-slack/server.ts";

export const SCOPES = [
  "channels:history",
  "chat:write",
  "commands",
  "files:read",
  "groups:history",
  "im:history",
  "mpim:history",
];

export function manifestWith(bot: readonly string[] = SCOPES): unknown {
  return {
    features: {
      bot_user: { display_name: "Upload to S3" },
      shortcuts: [{ type: "message", callback_id: "upload_to_s3", name: "Upload to S3" }],
      slash_commands: [{ command: "/upload-to-s3" }],
    },
    oauth_config: { scopes: { bot } },
    settings: {
      event_subscriptions: { bot_events: ["message.channels", "message.groups", "message.im"] },
    },
  };
}

export interface Started extends AsyncDisposable {
  slack: LocalSlack;
  client: WebClient;
  /** The ids of the default channels. */
  images: string;
  general: string;
}

export async function start(options: Partial<LocalSlackOptions> = {}): Promise<Started> {
  const slack = await startLocalSlack({
    manifest: manifestWith(),
    ackTimeoutMs: ACK_TIMEOUT_MS,
    ...options,
  });
  return {
    slack,
    client: clientOf(slack),
    images: idOf(slack, "images"),
    general: idOf(slack, "general"),
    [Symbol.asyncDispose]: () => slack.close(),
  };
}

/** Real time. A busy machine needs more than Slack allows. */
const ACK_TIMEOUT_MS = 600_000;

export function clientOf(slack: LocalSlack, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: silent,
  });
}

function idOf(slack: LocalSlack, name: string): string {
  return [...slack.state.channels.values()].find((channel) => channel.name === name)?.id ?? "";
}

/** The answer to a call that Slack refused. */
export async function refused(call: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "data" in error && isRecord(error.data)) {
      return error.data;
    }
    throw error;
  }
  throw new Error("Slack accepted the call");
}

export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return (await refused(call))["error"];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A PNG header with this size, without pixels. */
export function png(width = 640, height = 480): Buffer {
  const bytes = Buffer.alloc(64);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(bytes);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
