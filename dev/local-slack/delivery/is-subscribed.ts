import type { Slack } from "../state/slack.ts";
import type { Channel } from "../state/workspace.ts";

/** Slack sends an app the events in its manifest, from conversations that the app is in. */
export function isSubscribed({ workspace }: Slack, { kind, members }: Channel): boolean {
  return members.has(workspace.botUserId) && workspace.manifest.events.has(EVENT_NAMES[kind]);
}

const EVENT_NAMES = {
  channel: "message.channels",
  group: "message.groups",
  im: "message.im",
  mpim: "message.mpim",
} as const;
