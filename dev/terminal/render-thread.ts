import { styleText } from "node:util";
import type { Message } from "../control/slack-answers.ts";
import { renderBlock, tagsIn } from "./render-block.ts";

/** Renders authors, texts, tags and buttons of a thread. */
export function renderThread(messages: readonly Message[]): string {
  return messages.map(renderMessage).join("\n");
}

/** Finds the image addresses in the tags. */
export function findImageUrls(messages: readonly Message[]): string[] {
  const tags = messages.flatMap(({ blocks }) => tagsIn(blocks)).join("\n");
  return [...new Set([...tags.matchAll(/ src="([^"]+)"/gu)].map(([, url = ""]) => url))];
}

/** Renders a message of the app without its author. */
export function renderContent({ blocks = [], text }: Message): string[] {
  const lines = blocks.flatMap(renderBlock);
  return lines.length > 0 ? lines : text.split("\n");
}

function renderMessage(message: Message): string {
  const isApp = message.bot_id !== undefined;
  const author = styleText("bold", isApp ? "Upload to S3" : "You");
  const edited = message.edited === undefined ? "" : styleText("dim", " (edited)");
  const files = (message.files ?? []).map(({ name }) => `[${name}]`).join(" ");
  const lines = isApp
    ? renderContent(message)
    : [message.text, files].filter((line) => line !== "");
  const [corner, margin] = isApp ? ["└─ ", "   "] : ["", "│  "];
  return [
    `${corner}${author}${edited}`,
    ...lines.map((line) => margin + line),
    isApp ? "" : "│",
  ].join("\n");
}
