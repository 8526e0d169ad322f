import { isSslCheck, parseCommandPayload, type SlashCommand } from "../slack/command-payload.ts";
import { emptyResponse } from "./route.ts";

export interface CommandsDependencies {
  /** The verified body, or one that {@link isSslCheck} tells. */
  readRequest: (request: Request) => Promise<string>;
  onSlashCommand: (command: SlashCommand) => Promise<string | undefined>;
}

/** The slash command's Request URL. */
export function createCommandsEndpoint({ readRequest, onSlashCommand }: CommandsDependencies) {
  return async function commands(request: Request): Promise<Response> {
    const rawBody = await readRequest(request);
    if (isSslCheck(rawBody)) {
      return emptyResponse(200);
    }
    const text = await onSlashCommand(parseCommandPayload(rawBody));
    // Whatever the body says is shown to the person.
    return text === undefined
      ? emptyResponse(200)
      : Response.json({ response_type: "ephemeral", text });
  };
}
