import { deliverEvent } from "../delivery/deliver-event.ts";
import { isSubscribed } from "../delivery/is-subscribed.ts";
import { createDeletionEnvelope } from "../messages/envelope.ts";
import { findMessage, type Message, removeMessage } from "../state/message-store.ts";
import type { Slack } from "../state/slack.ts";
import { type Channel, requireChannel, requireUser, type User } from "../state/workspace.ts";

export interface Deletion {
  channel: string;
  ts: string;
  user?: string | undefined;
}

/**
 * "Delete message" in the menu of a message: people delete their own, admins those of their workspace and of its apps.
 * A message that only this person sees is dismissed. Throws a sentence if the person may not. Tells the app if it listens.
 */
export function deleteAsPerson(slack: Slack, deletion: Deletion): void {
  const channel = requireChannel(slack.workspace, deletion.channel);
  const user = requireUser(slack.workspace, deletion.user);
  if (dismiss(slack, { channel, user, ts: deletion.ts })) {
    return;
  }
  const message = findMessage(slack.state.messages, channel.id, deletion.ts);
  if (message === undefined || message.subtype === "tombstone" || !channel.members.has(user.id)) {
    throw new RangeError("This message is not there any more.");
  }
  requirePermission(slack, { message, user });
  removeMessage(slack.state.messages, channel.id, message);
  if (slack.requestUrls !== undefined && isSubscribed(slack, channel)) {
    const tombstone = findMessage(slack.state.messages, channel.id, message.ts);
    const envelope = createDeletionEnvelope(slack, { previous: message, tombstone, channel });
    void deliverEvent(slack, envelope);
  }
}

function dismiss(
  { state }: Slack,
  { channel, user, ts }: { channel: Channel; user: User; ts: string },
): boolean {
  const index = state.ephemerals.findIndex(
    (one) => one.ts === ts && one.to === user.id && one.channel === channel.id,
  );
  if (index >= 0) {
    state.ephemerals.splice(index, 1);
  }
  return index >= 0;
}

function requirePermission(
  { workspace }: Slack,
  { message, user }: { message: Message; user: User },
): void {
  if (message.user === user.id) {
    return;
  }
  if (!user.isAdmin) {
    throw new RangeError("You cannot delete this message: only its author and admins can.");
  }
  const author = workspace.users.get(message.user ?? "");
  if (author !== undefined && author.teamId !== user.teamId) {
    throw new RangeError("You cannot delete this message: its author is of another organisation.");
  }
}
