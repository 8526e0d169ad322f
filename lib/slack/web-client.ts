import type { KnownBlock, MessageMetadata, ModalView } from "@slack/web-api";
import * as v from "valibot";
import {
  type ApiCallOptions,
  type ApiRequest,
  type CallOptions,
  createApiCall,
  SlackApiError,
} from "./api-call.ts";
import { FilePayload, type SlackFile } from "./file.ts";
import { Id, lenient } from "./parse.ts";
import type { Installation } from "./payloads.ts";

/** The methods of Slack's Web API that this app uses. Every one throws `SlackApiError`. */
export interface SlackClient {
  /** Its `ts`. Never sent twice: after `unavailable`, look for it before sending it again. */
  postMessage(message: OutgoingMessage, options: CallOptions): Promise<string>;
  updateMessage(message: OutgoingUpdate, options: CallOptions): Promise<void>;
  /** Deleting what is gone is fine. */
  deleteMessage(message: { channelId: string; ts: string }, options: CallOptions): Promise<void>;
  /** Only `userId` sees it. */
  postEphemeral(message: OutgoingEphemeral, options: CallOptions): Promise<void>;
  /** The view's id. Slack's trigger ids live 3 s and work once. */
  openView(opened: { triggerId: string; view: ModalView }, options: CallOptions): Promise<string>;
  updateView(updated: { viewId: string; view: ModalView }, options: CallOptions): Promise<void>;
  fileInfo(fileId: string, options: CallOptions): Promise<SlackFile>;
  /** Whose token this is. */
  authTest(options: CallOptions): Promise<Installation>;
  /** The channels that the app is in; needs the optional scopes `channels:read` and `groups:read`. */
  listChannels(options: CallOptions): Promise<string[]>;
  /** The messages of a channel since a `ts`, newest first, without the replies in its threads. */
  history(channel: ChannelSince, options: CallOptions): AsyncIterable<unknown>;
  /** The messages of a thread, oldest first. */
  thread(
    thread: { channelId: string; threadTs: string },
    options: CallOptions,
  ): AsyncIterable<unknown>;
  /** The messages of a thread that carry metadata of this type, oldest first. */
  findMarkedReplies(thread: MarkedThread, options: CallOptions): Promise<MarkedReply[]>;
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

export interface OutgoingEphemeral {
  channelId: string;
  userId: string;
  threadTs?: string | undefined;
  text: string;
}

export interface ChannelSince {
  channelId: string;
  oldestTs: string;
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

export function createWebClient(options: ApiCallOptions): SlackClient {
  const call = createApiCall(options);

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
    async postEphemeral({ channelId, userId, threadTs, text }, callOptions) {
      const args = { channel: channelId, user: userId, thread_ts: threadTs, text };
      const request = { method: "chat.postEphemeral", args, answer: Answered, isRepeatable: false };
      await call(request, callOptions);
    },
    async openView({ triggerId, view }, callOptions) {
      const args = { trigger_id: triggerId, view };
      const request = { method: "views.open", args, answer: Opened, isRepeatable: false };
      return (await call(request, callOptions)).view.id;
    },
    async updateView({ viewId, view }, callOptions) {
      const args = { view_id: viewId, view };
      await call(
        { method: "views.update", args, answer: Answered, isRepeatable: true },
        callOptions,
      );
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
    async authTest(callOptions) {
      const request = { method: "auth.test", args: {}, answer: AuthTest, isRepeatable: true };
      const { team_id, enterprise_id, user_id } = await call(request, callOptions);
      return { teamId: team_id, enterpriseId: enterprise_id, botUserId: user_id };
    },
    async listChannels(callOptions) {
      const args = { types: "public_channel,private_channel", exclude_archived: true };
      const channelIds: string[] = [];
      const pages = paginate(
        { method: "users.conversations", args, answer: Channels },
        callOptions,
      );
      for await (const { channels } of pages) {
        channelIds.push(...channels.map(({ id }) => id));
      }
      return channelIds;
    },
    async *history({ channelId, oldestTs }, callOptions) {
      const args = { channel: channelId, oldest: oldestTs };
      const request = { method: "conversations.history", args, answer: MessageList };
      for await (const { messages } of paginate(request, callOptions)) {
        yield* messages;
      }
    },
    thread,
    async findMarkedReplies({ eventType, ...marked }, callOptions) {
      const found: MarkedReply[] = [];
      for await (const message of thread(marked, callOptions)) {
        found.push(...toMarkedReply(message, eventType));
      }
      return found;
    },
  };

  async function* thread(
    { channelId, threadTs }: { channelId: string; threadTs: string },
    callOptions: CallOptions,
  ): AsyncIterable<unknown> {
    const args = { channel: channelId, ts: threadTs, include_all_metadata: true };
    const request = { method: "conversations.replies", args, answer: MessageList };
    for await (const { messages } of paginate(request, callOptions)) {
      yield* messages;
    }
  }

  async function* paginate<Answer extends Paged>(
    request: Omit<ApiRequest<Answer>, "isRepeatable">,
    callOptions: CallOptions,
  ): AsyncIterable<Answer> {
    let cursor: string | undefined;
    do {
      const args = { ...request.args, limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
      const page = await call({ ...request, args, isRepeatable: true }, callOptions);
      yield page;
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
  }
}

interface Paged {
  response_metadata?: { next_cursor?: string | undefined } | undefined;
}

const PAGE_SIZE = 200;

const Answered = v.object({});
const Posted = v.object({ ts: v.string() });
const Opened = v.object({ view: v.object({ id: v.string() }) });
const FileInfo = v.object({ file: FilePayload });
const MarkedMessage = v.object({
  ts: v.string(),
  metadata: v.object({ event_type: v.string(), event_payload: v.record(v.string(), v.unknown()) }),
});
const AuthTest = v.object({ team_id: Id, enterprise_id: lenient(Id), user_id: Id });
const NextPage = {
  response_metadata: lenient(v.object({ next_cursor: lenient(v.string()) })),
};
const Channels = v.object({ channels: v.array(v.object({ id: Id })), ...NextPage });
const MessageList = v.object({ messages: v.array(v.unknown()), ...NextPage });

function toMessageArgs({ channelId, text, blocks }: MessageContent & { channelId: string }) {
  return {
    channel: channelId,
    text,
    blocks: blocks ?? [],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function toMarkedReply(message: unknown, eventType: string): MarkedReply[] {
  return v.is(MarkedMessage, message) && message.metadata.event_type === eventType
    ? [{ ts: message.ts, payload: message.metadata.event_payload }]
    : [];
}
