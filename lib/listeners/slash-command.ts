import packageJson from "../../package.json" with { type: "json" };
import { renderUploadFilesModal } from "../blocks/modals.ts";
import type { Door } from "../ports.ts";
import type { SlashCommand } from "../slack/command-payload.ts";

/**
 * Handles `/upload-to-s3`, which opens a form in any conversation, and `/upload-to-s3 help`, whose
 * text is returned.
 */
export async function onSlashCommand(
  door: Door,
  { text, ...opening }: SlashCommand,
): Promise<string | undefined> {
  if (text.toLowerCase() === "help") {
    const { messages } = await door.settingsFor(opening.channelId);
    return messages.help(packageJson.version);
  }
  await door.inBackground(async (work) => {
    const { openModal } = await import("./modals.ts");
    // As what is sent with it: wherever the form was asked for, its files are shown in a direct message.
    const { messages } = await work.settingsFor(undefined);
    await openModal(work, renderUploadFilesModal(messages), opening);
  });
  return undefined;
}
