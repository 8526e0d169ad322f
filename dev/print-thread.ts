import { styleText } from "node:util";
import * as v from "valibot";
import type { ThreadMessage } from "./post-images.ts";

const RichText = v.object({
  type: v.literal("rich_text"),
  elements: v.array(
    v.object({
      type: v.string(),
      elements: v.array(v.looseObject({ text: v.optional(v.string()) })),
    }),
  ),
});

/** A thread as text: who said what, each tag in a box, and the addresses in it. */
export function renderThread(messages: readonly ThreadMessage[]): string {
  return messages.map(renderMessage).join("\n");
}

/** The addresses of the images in the tags. */
export function findImageUrls(messages: readonly ThreadMessage[]): string[] {
  const tags = messages.flatMap(renderBlocks).join("\n");
  return [...tags.matchAll(/ src="([^"]+)"/gu)].map(([, url = ""]) => url);
}

function renderMessage(message: ThreadMessage): string {
  const isApp = message.bot_id !== undefined;
  const author = styleText("bold", isApp ? "Upload to S3" : "You");
  const edited = message.edited === undefined ? "" : styleText("dim", " (edited)");
  const files = (message.files ?? []).map((file) => `[${file.name}]`).join(" ");
  const lines = isApp ? renderBlocks(message) : [message.text, files].filter((line) => line !== "");
  const [corner, margin] = isApp ? ["└─ ", "   "] : ["", "│  "];
  return [
    `${corner}${author}${edited}`,
    ...lines.map((line) => margin + line),
    isApp ? "" : "│",
  ].join("\n");
}

function renderBlocks(message: ThreadMessage): string[] {
  const blocks = (message.blocks ?? []).filter((block) => v.is(RichText, block));
  const lines = blocks.flatMap((block) => block.elements.map(renderElement));
  return lines.length > 0 ? lines : [message.text];
}

function renderElement({
  type,
  elements,
}: v.InferOutput<typeof RichText>["elements"][number]): string {
  const text = elements.map((element) => element.text ?? "").join("");
  return type === "rich_text_preformatted" ? `  ${styleText("green", text)}` : text;
}
