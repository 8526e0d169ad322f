import { onSlashCommand } from "../listeners/slash-command.ts";
import type { Door } from "../ports.ts";
import { isSslCheck, parseCommandPayload } from "../slack/command-payload.ts";
import { readVerified } from "./read-verified.ts";
import { emptyResponse } from "./route.ts";

/** The slash command's Request URL. */
export async function serveCommands(door: Door, request: Request): Promise<Response> {
  const rawBody = await readVerified(door, request, isSslCheck);
  if (isSslCheck(rawBody)) {
    return emptyResponse(200);
  }
  const text = await onSlashCommand(door, parseCommandPayload(rawBody));
  // Slack shows any response body to the person.
  return text === undefined
    ? emptyResponse(200)
    : Response.json({ response_type: "ephemeral", text });
}
