import * as v from "valibot";
import { Id, lenient, parseAs } from "./parse.ts";

export interface SlashCommand {
  command: string;
  /** What was typed behind it. */
  text: string;
  triggerId: string;
  channelId: string | undefined;
  responseUrl: string | undefined;
  userId: string;
}

/**
 * The body of a slash command, a form.
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
 * Slack's check of the certificate, which it does not sign. Exactly "1": whatever else stands in such a body is not
 * looked at (the same as in Bolt's advisory).
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
