import {
  deliverEvent,
  type DeliveryOptions,
  type DeliveryResult,
} from "./delivery/deliver-event.ts";
import { type SignatureHeaders, signRequest } from "./delivery/outgoing-request.ts";
import {
  type ButtonPress,
  openShortcut,
  pressButton,
  type ShortcutUse,
} from "./interactions/message-interaction.ts";
import { type Seen, viewOf } from "./interactions/seen.ts";
import { type CommandUse, useSlashCommand } from "./interactions/slash-command.ts";
import { closeView, type Closing, type Submission, submitView } from "./interactions/submission.ts";
import type { JsonObject } from "./json.ts";
import { createMessageEnvelope } from "./messages/envelope.ts";
import { type NewMessage, postAsPerson, type PostedMessage } from "./messages/person-message.ts";
import type { FaultRule } from "./state/faults.ts";
import { findMessage, type Message, removeMessage, threadOf } from "./state/message-store.ts";
import type { RecordedDelivery, RecordedRequest } from "./state/recorded-request.ts";
import type { LocalSlackState, RequestUrls, Slack, View } from "./state/slack.ts";
import {
  addChannel,
  addUser,
  type Channel,
  type NewChannel,
  type NewUser,
  requireChannel,
  requireUser,
  type User,
} from "./state/workspace.ts";

/** A running local Slack, for tests and the local stack. */
export interface LocalSlack extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The value of `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly appId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly state: LocalSlackState;
  /** Every Web API call, file download and post to a `response_url`, in the order of arrival. */
  readonly requests: RecordedRequest[];
  /** Every attempt to deliver an event, an interaction or a command, in order. */
  readonly deliveries: readonly RecordedDelivery[];
  requestUrls: RequestUrls | undefined;
  addChannel(channel: NewChannel): Channel;
  addUser(user: NewUser): User;
  /** Posts as a person. The app is not told. */
  postMessage(message: NewMessage): PostedMessage;
  /** Deletes anybody's message, as an administrator can. */
  deleteMessage(channel: string, ts: string): void;
  /** The event of any stored message, including the bot's own. */
  envelopeOf(channel: string, ts: string): JsonObject;
  /** Signs an event and posts it to the events Request URL, with Slack's retries. */
  deliver(envelope: unknown, options?: Omit<DeliveryOptions, "onAttempt">): Promise<DeliveryResult>;
  sign(rawBody: string, atSeconds?: number): SignatureHeaders;
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  fault(rule: FaultRule): void;
  /** Returns the rules that may still strike. */
  faults(): readonly FaultRule[];
  endFaults(name: string): void;
  openShortcut(use: ShortcutUse): Promise<Seen>;
  pressButton(press: ButtonPress): Promise<Seen>;
  slashCommand(use: CommandUse): Promise<Seen>;
  /** Fills in and submits a person's front modal. */
  submitView(submission: Submission): Promise<Seen>;
  closeView(closing: Closing): Promise<Seen>;
  /** A person's front modal. */
  viewOf(user?: string): View | undefined;
  close(): Promise<void>;
}

export function createLocalSlack(slack: Slack, close: () => Promise<void>): LocalSlack {
  const { workspace, state, signingSecret } = slack;
  return {
    origin: slack.origin,
    apiUrl: `${slack.origin}/api/`,
    botToken: slack.botToken,
    signingSecret,
    teamId: workspace.teamId,
    appId: workspace.appId,
    botUserId: workspace.botUserId,
    botId: workspace.botId,
    state,
    requests: slack.requests,
    deliveries: slack.deliveries,
    get requestUrls() {
      return slack.requestUrls;
    },
    set requestUrls(urls) {
      slack.requestUrls = urls;
    },
    addChannel: (channel) => addChannel(workspace, channel),
    addUser: (user) => addUser(workspace, user),
    postMessage: (message) => postAsPerson(slack, message),
    deleteMessage(channelName, ts) {
      const { channel, message } = requireMessage(slack, channelName, ts);
      removeMessage(state.messages, channel.id, message);
    },
    envelopeOf: (channelName, ts) =>
      createMessageEnvelope(slack, requireMessage(slack, channelName, ts)),
    deliver: (envelope, options) => deliverEvent(slack, envelope, options),
    sign: (rawBody, atSeconds = slack.clock.nowSeconds()) =>
      signRequest(rawBody, { signingSecret, atSeconds }),
    thread: (channel, ts) =>
      threadOf(state.messages, requireChannel(slack.workspace, channel).id, ts),
    fault: (rule) => slack.faults.add(rule),
    faults: () => slack.faults.list(),
    endFaults: (name) => slack.faults.remove(name),
    openShortcut: (use) => openShortcut(slack, use),
    pressButton: (press) => pressButton(slack, press),
    slashCommand: (use) => useSlashCommand(slack, use),
    submitView: (submission) => submitView(slack, submission),
    closeView: (closing) => closeView(slack, closing),
    viewOf: (user) => viewOf(slack, requireUser(slack.workspace, user).id),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requireMessage(
  slack: Slack,
  channelName: string,
  ts: string,
): { channel: Channel; message: Message } {
  const channel = requireChannel(slack.workspace, channelName);
  const message = findMessage(slack.state.messages, channel.id, ts);
  if (message === undefined) {
    throw new RangeError(`Cannot find message ${ts} in ${channel.id}`);
  }
  return { channel, message };
}
