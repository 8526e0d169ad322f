import { renderUploadFilesModal } from "../blocks/modals.ts";
import type { SlashCommand } from "../slack/command-payload.ts";
import type { ListenerContext } from "./context.ts";

/** `/upload-to-s3` opens a form that takes files anywhere; `/upload-to-s3 help` is answered with the text returned. */
export function createSlashCommandListener(context: ListenerContext, version: string) {
  const { messages, inBackground } = context;

  return async function onSlashCommand({
    text,
    triggerId,
  }: SlashCommand): Promise<string | undefined> {
    if (text.toLowerCase() === "help") {
      return messages.help(version);
    }
    await inBackground(async () => {
      const { modals } = await context.services();
      await modals.open(triggerId, renderUploadFilesModal(messages));
    });
    return undefined;
  };
}
