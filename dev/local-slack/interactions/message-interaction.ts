import { isObject, type JsonObject, objectsIn } from "../json.ts";
import { findMessage, type Message } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import {
  type Channel,
  channelReference,
  requireChannel,
  requireUser,
  type User,
} from "../state/workspace.ts";
import { commonPayload, failureOf, issueResponseUrl, postInteraction } from "./payload.ts";
import { type Seen, watch } from "./seen.ts";

export interface ShortcutUse {
  channel: string;
  ts: string;
  user?: string | undefined;
}

export interface ButtonPress {
  channel: string;
  ts: string;
  actionId: string;
  /** Needed if several buttons have the same `action_id`. */
  blockId?: string | undefined;
  value?: string | undefined;
  user?: string | undefined;
  /** False: the person cancels in the confirm dialog. */
  isConfirmed?: boolean | undefined;
}

/** Works in any conversation. docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export async function openShortcut(slack: Slack, use: ShortcutUse): Promise<Seen> {
  const { channel, message } = requireVisible(slack, use);
  const user = requireOwnTeam(slack, use.user);
  const { messageShortcut: shortcut, scopes } = slack.workspace.manifest;
  if (shortcut === undefined || !scopes.has("commands")) {
    throw new RangeError("Cannot open shortcut: the manifest has no message shortcut");
  }
  return watch(slack, user, async () => {
    const ack = await postInteraction(slack, {
      type: "message_action",
      ...commonPayload(slack, user),
      callback_id: shortcut.callbackId,
      action_ts: slack.clock.nextTs(),
      channel: channelReference(channel),
      message_ts: message.ts,
      message,
      response_url: issueResponseUrl(slack, {
        channel,
        userId: user.id,
        messageTs: message.ts,
      }),
    });
    return { ack, ...problemOf(slack, failureOf(ack)) };
  });
}

/** Presses a button in one of the app's messages. docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export async function pressButton(slack: Slack, press: ButtonPress): Promise<Seen> {
  const { channel, message, isEphemeral } = requireVisible(slack, press);
  const user = requireUser(slack.workspace, press.user);
  const button = findButton(message, press);
  const { confirm } = button;
  const dialog = isObject(confirm) ? { confirm } : {};
  if (isObject(confirm) && press.isConfirmed === false) {
    return { ...dialog, errors: {}, ephemerals: [] };
  }
  return watch(slack, user, async () => {
    const ack = await postInteraction(slack, {
      type: "block_actions",
      ...commonPayload(slack, user),
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: isEphemeral,
        ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
      },
      channel: channelReference(channel),
      // Slack does not store ephemeral messages, so the payload has none.
      ...(isEphemeral ? {} : { message }),
      state: { values: {} },
      response_url: issueResponseUrl(slack, { channel, userId: user.id, messageTs: message.ts }),
      actions: [{ ...button, action_ts: slack.clock.nextTs() }],
    });
    return { ack, ...dialog, ...problemOf(slack, failureOf(ack)) };
  });
}

function requireVisible(
  slack: Slack,
  { channel: name, ts }: { channel: string; ts: string },
): { channel: Channel; message: Message; isEphemeral: boolean } {
  const channel = requireChannel(slack.workspace, name);
  const stored = findMessage(slack.state.messages, channel.id, ts);
  const message = stored ?? slack.state.ephemerals.find((one) => one.ts === ts);
  if (message === undefined) {
    throw new RangeError(`Cannot find message ${ts} in ${channel.id}`);
  }
  return { channel, message, isEphemeral: stored === undefined };
}

/** Only members of the installing workspace see shortcuts and commands; Slack Connect strangers do not. */
export function requireOwnTeam(slack: Slack, idOrName: string | undefined): User {
  const user = requireUser(slack.workspace, idOrName);
  if (user.teamId !== slack.workspace.teamId) {
    throw new RangeError(
      `Cannot let ${user.id} use the app: this person is not a member of the workspace`,
    );
  }
  return user;
}

function findButton(message: Message, { actionId, blockId, value }: ButtonPress): JsonObject {
  const elements = (message.blocks ?? []).flatMap((block) =>
    [...objectsIn(block["elements"]), ...objectsIn([block["accessory"]])].map((element) =>
      Object.assign({}, element, { block_id: block["block_id"] }),
    ),
  );
  const button: JsonObject | undefined = elements.find(
    (element: JsonObject) =>
      element["type"] === "button" &&
      element["action_id"] === actionId &&
      (blockId === undefined || element["block_id"] === blockId) &&
      (value === undefined || element["value"] === value),
  );
  if (button === undefined) {
    throw new RangeError(`Cannot find button ${actionId} in ${message.ts}`);
  }
  return button;
}

function problemOf({ workspace }: Slack, failure: string | undefined): Pick<Seen, "problem"> {
  if (failure === undefined) {
    return {};
  }
  return { problem: `${workspace.manifest.botName} is not responding (${failure})` };
}
