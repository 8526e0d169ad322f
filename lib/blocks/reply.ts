import type {
  KnownBlock,
  RichTextBlock,
  RichTextPreformatted,
  RichTextSection,
} from "@slack/web-api";
import type { Messages } from "../i18n/en.ts";
import { formatBytes } from "../i18n/size.ts";
import type { RecordImage, UploadedImage } from "../uploads/record.ts";
import { LIMITS } from "./limits.ts";

/** One message of a reply; there are several only when Slack's limits ask for it. */
export interface ReplyPart {
  /** Escaped for mrkdwn. */
  text: string;
  blocks: KnownBlock[];
}

export interface ReplyOptions {
  messages: Messages;
  /** The tags of an image, in the order in which they are shown. */
  renderTags(image: UploadedImage): string[];
  maxImageBytes: number;
}

/** "Uploading 3 images…": what stands in the thread until the result does. */
export function renderProgress(count: number, messages: Messages): ReplyPart {
  return { text: escapeMrkdwn(messages.uploading(count)), blocks: [] };
}

/** The result: at least one part, in the order of the images. */
export function renderReply(images: readonly RecordImage[], options: ReplyOptions): ReplyPart[] {
  const text = renderText(images, options.messages);
  const heading = images.some(isUploaded)
    ? []
    : [richText([section([plain(options.messages.nothingUploaded)])])];
  const sections = images.flatMap((image) => renderImage(image, options));
  return packBlocks([...heading, ...sections]).map((blocks) => ({ text, blocks }));
}

/** Slack escapes just these three in mrkdwn: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const MAX_NAME_LENGTH = 120;

function isUploaded(image: RecordImage): image is UploadedImage {
  return image.state === "uploaded";
}

/** The longest list of names that stays within the limit once it is escaped (five characters for one at worst). */
function renderText(images: readonly RecordImage[], messages: Messages): string {
  const names = images.filter(isUploaded).map((image) => image.name);
  const text = names.length === 0 ? messages.nothingUploaded : messages.uploaded(names.join(", "));
  return escapeMrkdwn(truncate(text, Math.floor(LIMITS.messageText / 5)));
}

/** Usually one block; the tags of one image take several when they are very long together. */
function renderImage(image: RecordImage, options: ReplyOptions): RichTextBlock[] {
  const heading = section([
    bold(truncate(image.name, MAX_NAME_LENGTH)),
    plain(describe(image, options)),
  ]);
  if (!isUploaded(image)) {
    return [richText([heading])];
  }
  const snippets = options.renderTags(image).map((tag) => snippet(tag, options.messages));
  const groups = packBySize(snippets, {
    sizeOf: textLength,
    capacity: LIMITS.blockText - textLength(heading),
  });
  return groups.map((group) => richText([heading, ...group]));
}

function describe(image: RecordImage, { messages, maxImageBytes }: ReplyOptions): string {
  switch (image.state) {
    case "uploaded":
      return ` · ${image.width} × ${image.height} · ${formatBytes(image.bytes)}`;
    case "failed": {
      const size = image.bytes === undefined ? undefined : formatBytes(image.bytes);
      return ` — ${messages.failures[image.code]({ size, limit: formatBytes(maxImageBytes) })}`;
    }
    case "pending":
      return " …";
  }
}

/** Exact text with a copy button: rich_text needs no escaping and links nothing by itself. */
function snippet(tag: string, messages: Messages): RichTextPreformatted | RichTextSection {
  return tag.length > LIMITS.blockText - 2 * MAX_NAME_LENGTH
    ? section([plain(messages.tagTooLong)])
    : { type: "rich_text_preformatted", elements: [{ type: "text", text: tag }] };
}

function packBlocks(blocks: readonly RichTextBlock[]): RichTextBlock[][] {
  const bySize = packBySize(blocks, {
    sizeOf: (block) => textLength(block),
    capacity: LIMITS.blockText,
  });
  return bySize.flatMap((group) =>
    packBySize(group, { sizeOf: () => 1, capacity: LIMITS.blocksPerMessage }),
  );
}

/** In order, each group as full as the capacity allows; what is larger than that stands alone. */
function packBySize<Item>(
  items: readonly Item[],
  { sizeOf, capacity }: { sizeOf: (item: Item) => number; capacity: number },
): Item[][] {
  const groups: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const group = groups.at(-1);
    if (group === undefined || size > room) {
      groups.push([item]);
      room = capacity - size;
    } else {
      group.push(item);
      room -= size;
    }
  }
  return groups;
}

function textLength(node: object): number {
  return Object.entries(node)
    .map(([property, value]) => {
      if (typeof value === "string") {
        return property === "text" ? value.length : 0;
      }
      return typeof value === "object" && value !== null ? textLength(value) : 0;
    })
    .reduce((sum, length) => sum + length, 0);
}

function richText(elements: RichTextBlock["elements"]): RichTextBlock {
  return { type: "rich_text", elements };
}

function section(elements: RichTextSection["elements"]): RichTextSection {
  return { type: "rich_text_section", elements };
}

function bold(text: string): RichTextSection["elements"][number] {
  return { type: "text", text, style: { bold: true } };
}

function plain(text: string): RichTextSection["elements"][number] {
  return { type: "text", text };
}

function truncate(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
