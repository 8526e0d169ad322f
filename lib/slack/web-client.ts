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
import { createPace } from "./pace.ts";
import { Id, lenient } from "./parse.ts";
import type { Installation } from "./payloads.ts";

/** The methods of Slack's Web API that this app uses. Every one throws `SlackApiError`. */
export interface SlackClient {
  /**
   * A user id as `channelId` means the app's direct message with that person, whose id is returned.
   * The call is never repeated: after `unavailable`, look for the message before posting it again.
   */
  postMessage(message: OutgoingMessage, options: CallOptions): Promise<PostedMessage>;
  updateMessage(message: OutgoingUpdate, options: CallOptions): Promise<void>;
  /** Deleting a message that is gone succeeds. */
  deleteMessage(message: { channelId: string; ts: string }, options: CallOptions): Promise<void>;
  /** Only `userId` sees the message. */
  postEphemeral(message: OutgoingEphemeral, options: CallOptions): Promise<void>;
  /** Returns the view's id. A trigger id lives 3 s and works once. */
  openView(opened: { triggerId: string; view: ModalView }, options: CallOptions): Promise<string>;
  updateView(updated: { viewId: string; view: ModalView }, options: CallOptions): Promise<void>;
  fileInfo(fileId: string, options: CallOptions): Promise<SlackFile>;
  /** Returns the installation that the token belongs to. */
  authTest(options: CallOptions): Promise<Installation>;
  /**
   * Lists the channels that the app is in. Needs the optional scopes `channels:read` and
   * `groups:read`.
   */
  listChannels(options: CallOptions): Promise<string[]>;
  /** Lists the messages of a channel between two `ts`, newest first, without replies in threads. */
  history(slice: ChannelSlice, options: CallOptions): AsyncIterable<unknown>;
  /**
   * Lists the messages of a thread since a `ts`, oldest first, including the message that started
   * it.
   */
  thread(thread: ThreadSince, options: CallOptions): AsyncIterable<unknown>;
}

export interface MessageContent {
  /** Shown by notifications and read by screen readers. */
  text: string;
  blocks?: KnownBlock[];
}

export interface OutgoingMessage extends MessageContent {
  channelId: string;
  threadTs: string | undefined;
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

export interface PostedMessage {
  channelId: string;
  ts: string;
}

export interface ChannelSlice {
  channelId: string;
  /** Both ends are excluded. */
  oldestTs: string;
  latestTs?: string;
}

export interface ThreadSince {
  channelId: string;
  threadTs: string;
  oldestTs?: string;
}

export function createWebClient(options: ApiCallOptions): SlackClient {
  const call = createApiCall(options);
  const paces = new Map(
    PACED_METHODS.map((method) => [
      method,
      createPace({ clock: options.clock, perMinute: CALLS_PER_MINUTE }),
    ]),
  );

  return {
    async postMessage(message, callOptions) {
      const args = {
        ...toMessageArgs(message),
        thread_ts: message.threadTs,
        metadata: message.metadata,
      };
      const request = { method: "chat.postMessage", args, answer: Posted, isRepeatable: false };
      const { channel = message.channelId, ts } = await call(request, callOptions);
      return { channelId: channel, ts };
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
    async *history({ channelId, oldestTs, latestTs }, callOptions) {
      const args = {
        channel: channelId,
        oldest: oldestTs,
        include_all_metadata: true,
        ...(latestTs !== undefined && { latest: latestTs }),
      };
      const request = { method: "conversations.history", args, answer: MessageList };
      for await (const { messages } of paginate(request, callOptions)) {
        yield* messages;
      }
    },
    async *thread({ channelId, threadTs, oldestTs }, callOptions) {
      const args = {
        channel: channelId,
        ts: threadTs,
        include_all_metadata: true,
        ...(oldestTs !== undefined && { oldest: oldestTs }),
      };
      const request = { method: "conversations.replies", args, answer: MessageList };
      for await (const { messages } of paginate(request, callOptions)) {
        yield* messages;
      }
    },
  };

  async function* paginate<Answer extends Paged>(
    request: Omit<ApiRequest<Answer>, "isRepeatable">,
    callOptions: CallOptions,
  ): AsyncIterable<Answer> {
    let cursor: string | undefined;
    do {
      const args = { ...request.args, limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
      if ((await paces.get(request.method)?.(callOptions.deadlineMs)) === false) {
        throw new SlackApiError(request.method, { code: "rate_limited", cause: undefined });
      }
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
/** The sweep makes hundreds of these calls. Slack allows fifty a minute of each. */
const PACED_METHODS = ["conversations.history", "conversations.replies"];
const CALLS_PER_MINUTE = 50;

const Answered = v.object({});
const Posted = v.object({ ts: v.string(), channel: lenient(Id) });
const Opened = v.object({ view: v.object({ id: v.string() }) });
const FileInfo = v.object({ file: FilePayload });
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
