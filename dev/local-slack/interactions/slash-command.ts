import { type Attempt, postSigned } from "../delivery/outgoing-request.ts";
import { isObject, parseJson } from "../json.ts";
import { respond } from "../messages/respond.ts";
import { Refusal } from "../refusal.ts";
import type { Slack } from "../state/slack.ts";
import { type Channel, channelReference, requireChannel, type User } from "../state/workspace.ts";
import { issueTrigger } from "../views/triggers.ts";
import { requireOwnTeam } from "./message-interaction.ts";
import { failureOf, issueResponseUrl } from "./payload.ts";
import { type Seen, watch } from "./seen.ts";

export interface CommandUse {
  channel: string;
  user?: string | undefined;
  text?: string | undefined;
  /** The default is the manifest's first command. */
  command?: string | undefined;
}

/** Works in any conversation. docs.slack.dev/interactivity/implementing-slash-commands */
export async function useSlashCommand(slack: Slack, use: CommandUse): Promise<Seen> {
  const channel = requireChannel(slack.workspace, use.channel);
  const user = requireOwnTeam(slack, use.user);
  const { commands, scopes } = slack.workspace.manifest;
  const command = use.command ?? commands[0];
  if (command === undefined || !commands.includes(command) || !scopes.has("commands")) {
    throw new RangeError("Cannot run command: the manifest has no such slash command");
  }
  return watch(slack, user, async () => {
    const ack = await postCommand(slack, { command, channel, user, text: use.text ?? "" });
    const failure = failureOf(ack) ?? (await showBody(slack, ack, { channel, userId: user.id }));
    if (failure === undefined) {
      return { ack };
    }
    return { ack, problem: `${command} failed with the error "${failure}"` };
  });
}

function postCommand(
  slack: Slack,
  { command, channel, user, text }: { command: string; channel: Channel; user: User; text: string },
): Promise<Attempt> {
  const url = slack.requestUrls?.commands;
  if (url === undefined) {
    throw new Error("Cannot deliver command: no Request URL for commands");
  }
  const { workspace } = slack;
  const { id, name } = channelReference(channel);
  const body = new URLSearchParams({
    token: "local-verification-token",
    team_id: workspace.teamId,
    team_domain: workspace.teamDomain,
    channel_id: id,
    channel_name: name,
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: workspace.appId,
    is_enterprise_install: "false",
    response_url: issueResponseUrl(slack, { channel, userId: user.id }),
    trigger_id: issueTrigger(slack, user.id),
  });
  const contentType = "application/x-www-form-urlencoded";
  return postSigned(slack, { url, body: body.toString(), contentType });
}

/** Posts the body of the answer, to this person unless `response_type` is `in_channel`. */
async function showBody(
  slack: Slack,
  { body = "" }: Attempt,
  target: { channel: Channel; userId: string },
): Promise<string | undefined> {
  if (body === "") {
    return undefined;
  }
  const json = parseJson(body);
  try {
    await respond(slack, target, isObject(json) ? json : { text: body });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return error.error;
  }
}
