import * as v from "valibot";
import { Id, lenient, parseAs } from "./parse.ts";

export interface SlashCommand {
  command: string;
  /** The text typed after the command. */
  text: string;
  triggerId: string;
  channelId: string | undefined;
  responseUrl: string | undefined;
  userId: string;
}

/**
 * Parses the body of a slash command, which is a form.
 * https://docs.slack.dev/interactivity/implementing-slash-commands
 * @throws {PayloadError}
 */
export function parseCommandPayload(rawBody: string): SlashCommand {
  const form = Object.fromEntries(new URLSearchParams(rawBody));
  const payload = parseAs(Command, form, 'a form with "command", "trigger_id" and "user_id"');
  return {
    command: payload.command,
    text: payload.text.trim(),
    triggerId: payload.trigger_id,
    channelId: payload.channel_id,
    responseUrl: payload.response_url,
    userId: payload.user_id,
  };
}

/**
 * Whether the body is Slack's certificate check, which Slack does not sign. Accepts exactly "1";
 * the rest of the body is ignored (as in Bolt's advisory).
 */
export function isSslCheck(rawBody: string): boolean {
  const values = new URLSearchParams(rawBody).getAll("ssl_check");
  return values.length === 1 && values[0] === "1";
}

const Command = v.object({
  command: v.pipe(v.string(), v.startsWith("/")),
  text: v.optional(v.string(), ""),
  trigger_id: v.string(),
  channel_id: lenient(Id),
  response_url: lenient(v.string()),
  user_id: Id,
});
