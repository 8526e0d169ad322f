import { type JsonObject, textAt } from "../../json.ts";
import { Refusal, refuseWith } from "../../refusal.ts";
import type { Slack } from "../../state/slack.ts";
import { type Channel, findChannel } from "../../state/workspace.ts";

/** A Web API method. It needs one of the scopes, and throws `Refusal`. */
export interface Method {
  scopes: readonly string[];
  run(slack: Slack, args: JsonObject): JsonObject | Promise<JsonObject>;
}

export function requiredText(args: JsonObject, name: string): string {
  const value = textAt(args, name);
  if (value === undefined) {
    throw refuseWith("invalid_arguments", [`missing required field: ${name}`]);
  }
  return value;
}

/** The bot cannot find private conversations that it is not in. */
export function requiredChannel(
  { workspace }: Slack,
  args: JsonObject,
  { byName = false }: { byName?: boolean } = {},
): Channel {
  const id = textAt(args, "channel") ?? "";
  const channel = byName ? findChannel(workspace, id) : workspace.channels.get(id);
  if (channel === undefined) {
    throw new Refusal("channel_not_found");
  }
  if (channel.kind !== "channel" && !channel.members.has(workspace.botUserId)) {
    throw new Refusal("channel_not_found");
  }
  return channel;
}
