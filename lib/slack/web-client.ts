import type { KnownBlock, MessageMetadata } from "@slack/web-api";
import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { jitterMs, retry } from "../retry.ts";
import { FilePayload, lenient, type SlackFile } from "./file.ts";

/** The methods of Slack's Web API that this app uses. Every one throws {@link SlackApiError}. */
export interface SlackClient {
  /** Its `ts`. Never sent twice: after `unavailable`, look for it before sending it again. */
  postMessage(message: OutgoingMessage, options: CallOptions): Promise<string>;
  updateMessage(message: OutgoingUpdate, options: CallOptions): Promise<void>;
  /** Deleting what is gone is fine. */
  deleteMessage(message: { channelId: string; ts: string }, options: CallOptions): Promise<void>;
  fileInfo(fileId: string, options: CallOptions): Promise<SlackFile>;
  /** The messages of a thread that carry metadata of this type, oldest first. */
  findMarkedReplies(thread: MarkedThread, options: CallOptions): Promise<MarkedReply[]>;
}

export interface CallOptions {
  /** Epoch ms: until then Slack's `Retry-After` is waited for. */
  deadlineMs: number;
}

export interface MessageContent {
  /** What notifications and screen readers show. */
  text: string;
  blocks?: KnownBlock[];
}

export interface OutgoingMessage extends MessageContent {
  channelId: string;
  threadTs: string;
  metadata: MessageMetadata;
}

export interface OutgoingUpdate extends MessageContent {
  channelId: string;
  ts: string;
}

export interface MarkedThread {
  channelId: string;
  threadTs: string;
  eventType: string;
}

export interface MarkedReply {
  ts: string;
  payload: Readonly<Record<string, unknown>>;
}

/** `code` is Slack's own error, `rate_limited`, or `unavailable` when nobody knows whether it was carried out. */
export class SlackApiError extends Error {
  override readonly name = "SlackApiError";
  readonly code: string;
  /** The scope that the app lacks, with `missing_scope`. */
  readonly needed: string | undefined;

  constructor(
    method: string,
    options: { code: string; needed?: string | undefined; cause: unknown },
  ) {
    super(`Cannot call ${method}: ${options.code}`, { cause: options.cause });
    this.code = options.code;
    this.needed = options.needed;
  }
}

export interface WebClientOptions {
  botToken: string;
  apiUrl: string;
  clock: Clock;
}

/** The SDK is loaded with the first call. Its own retries are off: they post a message twice (SDK thread 530). */
export function createWebClient(options: WebClientOptions): SlackClient {
  let connection: ReturnType<typeof connect> | undefined;
  const { clock } = options;

  async function call<const Schema extends v.GenericSchema>(
    request: ApiRequest<Schema>,
    { deadlineMs }: CallOptions,
  ): Promise<v.InferOutput<Schema>> {
    const { method, args, answer, isRepeatable } = request;
    const client = await (connection ??= connect(options));
    const attempt = async () => {
      try {
        return v.parse(answer, await client.apiCall(method, args));
      } catch (error) {
        throw toSlackApiError(method, error);
      }
    };
    return retry(attempt, {
      clock,
      deadlineMs,
      waitMs: (error, count) => waitMs(error, { attempt: count, isRepeatable }),
    });
  }

  return {
    async postMessage(message, callOptions) {
      const args = {
        ...toMessageArgs(message),
        thread_ts: message.threadTs,
        metadata: message.metadata,
      };
      const request = { method: "chat.postMessage", args, answer: Posted, isRepeatable: false };
      return (await call(request, callOptions)).ts;
    },
    async updateMessage(message, callOptions) {
      const args = { ...toMessageArgs(message), ts: message.ts };
      await call(
        { method: "chat.update", args, answer: Answered, isRepeatable: true },
        callOptions,
      );
    },
    async deleteMessage({ channelId, ts }, callOptions) {
      const args = { channel: channelId, ts };
      try {
        await call(
          { method: "chat.delete", args, answer: Answered, isRepeatable: true },
          callOptions,
        );
      } catch (error) {
        if (!(error instanceof SlackApiError) || error.code !== "message_not_found") {
          throw error;
        }
      }
    },
    async fileInfo(fileId, callOptions) {
      const request = {
        method: "files.info",
        args: { file: fileId },
        answer: FileInfo,
        isRepeatable: true,
      };
      return (await call(request, callOptions)).file;
    },
    async findMarkedReplies({ channelId, threadTs, eventType }, callOptions) {
      const found: MarkedReply[] = [];
      let cursor: string | undefined;
      do {
        const page = {
          channel: channelId,
          ts: threadTs,
          limit: PAGE_SIZE,
          include_all_metadata: true,
        };
        const args = cursor === undefined ? page : { ...page, cursor };
        const request = {
          method: "conversations.replies",
          args,
          answer: Replies,
          isRepeatable: true,
        };
        const { messages, response_metadata } = await call(request, callOptions);
        found.push(...messages.flatMap((message) => toMarkedReply(message, eventType)));
        cursor = response_metadata?.next_cursor || undefined;
      } while (cursor !== undefined);
      return found;
    },
  };
}

interface ApiRequest<Schema> {
  method: string;
  args: Record<string, unknown>;
  answer: Schema;
  /** Carrying it out twice is the same as once. */
  isRepeatable: boolean;
}

const TIMEOUT_MS = 8000;
const PAGE_SIZE = 200;

const Answered = v.object({});
const Posted = v.object({ ts: v.string() });
const FileInfo = v.object({ file: FilePayload });
const ReplyMessage = v.object({
  ts: v.string(),
  metadata: v.optional(
    v.object({ event_type: v.string(), event_payload: v.record(v.string(), v.unknown()) }),
  ),
});
const Replies = v.object({
  messages: v.array(ReplyMessage),
  response_metadata: v.optional(v.object({ next_cursor: v.optional(v.string()) })),
});

async function connect({ botToken, apiUrl }: WebClientOptions) {
  const { LogLevel, WebClient } = await import("@slack/web-api");
  return new WebClient(botToken, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    allowAbsoluteUrls: false,
    logLevel: LogLevel.ERROR,
  });
}

function toMessageArgs({ channelId, text, blocks }: MessageContent & { channelId: string }) {
  return {
    channel: channelId,
    text,
    blocks: blocks ?? [],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function toMarkedReply(
  message: v.InferOutput<typeof ReplyMessage>,
  eventType: string,
): MarkedReply[] {
  return message.metadata?.event_type === eventType
    ? [{ ts: message.ts, payload: message.metadata.event_payload }]
    : [];
}

/** 429 means "not carried out": waiting and sending it again is safe for every method. */
function waitMs(
  error: unknown,
  { attempt, isRepeatable }: { attempt: number; isRepeatable: boolean },
): number | undefined {
  if (!(error instanceof SlackApiError)) {
    return undefined;
  }
  if (error.code === "rate_limited") {
    const { retryAfter } = v.parse(RateLimit, error.cause);
    return attempt < MAX_RATE_LIMITS ? Math.max(retryAfter, 1) * 1000 : undefined;
  }
  return isRepeatable && error.code === "unavailable" ? jitterMs(attempt) : undefined;
}

const MAX_RATE_LIMITS = 10;
const RateLimit = v.object({ retryAfter: v.fallback(v.number(), 1) });
const PlatformFailure = v.object({
  data: v.object({ error: v.string(), needed: lenient(v.string()) }),
});

function toSlackApiError(method: string, cause: unknown): SlackApiError {
  const coded = v.safeParse(v.object({ code: v.string() }), cause);
  if (coded.success && coded.output.code === "slack_webapi_rate_limited_error") {
    return new SlackApiError(method, { code: "rate_limited", cause });
  }
  const refused = v.safeParse(PlatformFailure, cause);
  if (!refused.success) {
    return new SlackApiError(method, { code: "unavailable", cause });
  }
  const { error, needed } = refused.output.data;
  // An HTML page in place of JSON ends up here as an "error" of many lines.
  const code = /^\w{1,80}$/u.test(error) && !SERVER_FAULTS.has(error) ? error : "unavailable";
  return new SlackApiError(method, { code, needed, cause });
}

/** Slack's errors that say nothing of whether the call was carried out. */
const SERVER_FAULTS: ReadonlySet<string> = new Set([
  "fatal_error",
  "internal_error",
  "request_timeout",
  "service_unavailable",
]);
