import type {
  ActionsBlock,
  ContextBlock,
  KnownBlock,
  RichTextBlock,
  RichTextText,
  SectionBlock,
} from "@slack/web-api";
import type { Messages } from "../i18n/en.ts";
import { formatBytes, formatMediaType, formatPixels } from "../i18n/size.ts";
import { MAX_MEGAPIXELS } from "../images/image-size.ts";
import type { RecordRef } from "../records/record-ref.ts";
import type { NamedTag } from "../tag/render-tag.ts";
import { tagSize } from "../tag/tag-size.ts";
import { truncate } from "../truncate.ts";
import { isRetriable, type RecordImage, type UploadedImage } from "../records/record.ts";
import { ACTIONS, renderActionValue } from "./action-value.ts";
import {
  bullet,
  button,
  context,
  DIVIDER,
  plainText,
  preformatted,
  richText,
  section,
  text,
} from "./elements.ts";
import { LIMITS } from "./limits.ts";
import { pack } from "./pack.ts";

/** One message of a reply. Slack's limits can force several. */
export interface ReplyPart {
  /** Escaped for mrkdwn. */
  text: string;
  blocks: KnownBlock[];
}

export interface ReplyOptions {
  /** The reference of the record, which the buttons carry. */
  ref: RecordRef;
  messages: Messages;
  /** The tags of an image, in display order. */
  renderTags(image: UploadedImage): NamedTag[];
  maxImageBytes: number;
}

/** "Uploading 3 images…", shown in the thread until the result replaces it. */
export function renderProgress(count: number, messages: Messages): ReplyPart {
  return { text: escapeMrkdwn(messages.uploading(count)), blocks: [] };
}

/** Renders the result: at least one part, images in order, the blocks of one image together. */
export function renderReply(images: readonly RecordImage[], options: ReplyOptions): ReplyPart[] {
  const summary = renderText(images, options.messages);
  const { failed, others, isNothing } = sorted(images);
  const units = [
    ...others.flatMap((image) => renderUnits(image, options)),
    ...renderFailures(failed, { ...options, isNothing }),
  ];
  const groups = pack(units, [
    { sizeOf: (unit) => unit.length, capacity: LIMITS.blocksPerMessage },
    { sizeOf: textLength, capacity: LIMITS.blockText },
    {
      sizeOf: (unit) => unit.reduce((sum, block) => sum + sizeOf(block), 0),
      capacity: LIMITS.blockTotal,
    },
  ]);
  return groups.map((group) => ({ text: summary, blocks: withoutLeadingDivider(group.flat()) }));
}

/**
 * Renders the result without buttons for a modal. A modal cannot be split, so the rest is only in
 * the thread.
 */
export function renderResult(
  images: readonly RecordImage[],
  options: Omit<ReplyOptions, "ref">,
): KnownBlock[] {
  const { failed, others, isNothing } = sorted(images);
  const blocks = [
    ...others.flatMap((image) => [
      DIVIDER,
      ...renderImage(image, options),
      ...(isUploaded(image) ? [renderFacts(image, options.messages)] : []),
    ]),
    ...(failed.length === 0 ? [] : [DIVIDER, warning(failed, { ...options, isNothing })]),
    ...failed.flatMap((image) => renderImage(image, options)),
  ];
  return withoutLeadingDivider(blocks).slice(0, LIMITS.blocksPerView);
}

/**
 * Slack requires escaping just these three in mrkdwn:
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function escapeMrkdwn(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const MAX_NAME_LENGTH = 120;

type FailedImage = Extract<RecordImage, { state: "failed" }>;

function isUploaded(image: RecordImage): image is UploadedImage {
  return image.state === "uploaded";
}

/** Failed images stand together at the end. */
function sorted(images: readonly RecordImage[]) {
  const others = images.filter((image) => !isFailed(image));
  return { failed: images.filter(isFailed), others, isNothing: others.length === 0 };
}

function isFailed(image: RecordImage): image is FailedImage {
  return image.state === "failed";
}

function withoutLeadingDivider(blocks: KnownBlock[]): KnownBlock[] {
  return blocks[0]?.type === "divider" ? blocks.slice(1) : blocks;
}

/** Escaping turns one character into five at worst, so a fifth of the limit always fits. */
function renderText(images: readonly RecordImage[], messages: Messages): string {
  return escapeMrkdwn(truncate(summarize(images, messages), Math.floor(LIMITS.messageText / 5)));
}

function summarize(images: readonly RecordImage[], messages: Messages): string {
  const pending = images.filter(({ state }) => state === "pending").length;
  if (pending > 0) {
    return messages.uploading(pending);
  }
  const names = images.filter(isUploaded).map((image) => image.name);
  const { failed, isNothing } = sorted(images);
  if (names.length === 0 && failed.length > 0) {
    return isNothing ? messages.nothingUploaded : messages.notUploaded(failed.length);
  }
  return messages.uploaded({
    names: names.join(", "),
    uploaded: names.length,
    failed: failed.length,
  });
}

interface FailureOptions extends ReplyOptions {
  /** Whether no image was uploaded at all. */
  isNothing: boolean;
}

/**
 * Renders one warning line, with one Retry button if anything can be retried, then a sentence per
 * image.
 */
function renderFailures(failed: readonly FailedImage[], options: FailureOptions): KnownBlock[][] {
  if (failed.length === 0) {
    return [];
  }
  const { ref, messages } = options;
  const heading = warning(failed, options);
  const retry = button(messages.retryUpload, {
    actionId: ACTIONS.retryUpload,
    value: renderActionValue({ ref }),
  });
  const [first = [], ...others] = failed.map((image): KnownBlock[] => renderImage(image, options));
  const headed = failed.some(isRetriable) ? { ...heading, accessory: retry } : heading;
  return [[DIVIDER, headed, ...first], ...others];
}

function warning(
  failed: readonly FailedImage[],
  { messages, isNothing }: Pick<FailureOptions, "messages" | "isNothing">,
): SectionBlock {
  const sentence = isNothing ? messages.nothingUploaded : messages.notUploaded(failed.length);
  return { type: "section", text: plainText(`⚠️ ${sentence}`) };
}

/** Groups blocks that must stay together: usually all blocks of one image. */
function renderUnits(image: RecordImage, options: ReplyOptions): KnownBlock[][] {
  const blocks = renderImage(image, options);
  const end = isUploaded(image)
    ? [renderFacts(image, options.messages), renderActions(image, options)]
    : [];
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    return [[DIVIDER, ...blocks, ...end]];
  }
  return [[DIVIDER, first], ...blocks.slice(1, -1).map((block) => [block]), [last, ...end]];
}

/** Usually returns one block. Very long tags of one image can take several. */
function renderImage(image: RecordImage, options: Omit<ReplyOptions, "ref">): RichTextBlock[] {
  const isGone = image.state === "deleting" || image.state === "deleted";
  const style = isGone ? ({ strike: true } as const) : ({ bold: true } as const);
  const name = text(truncate(image.name, MAX_NAME_LENGTH), style);
  if (isUploaded(image)) {
    return renderTagged(name, options.renderTags(image), options.messages);
  }
  const line = section([name, text(` — ${describe(image, options)}`)]);
  // Bullets keep failed images apart, which have no divider between them.
  return [richText([isFailed(image) ? bullet(line) : line])];
}

/** Each tag under the word for its format, where there are several. */
function renderTagged(
  name: RichTextText,
  tags: readonly NamedTag[],
  messages: Messages,
): RichTextBlock[] {
  const snippets = tags.map(({ format, tag }) => ({
    format: tags.length > 1 ? messages.formats[format] : undefined,
    snippet: renderSnippet(tag, messages),
  }));
  const capacity = LIMITS.blockText - SNIPPET_MARGIN;
  const sizes = [{ sizeOf: ({ snippet }: { snippet: object }) => textLength(snippet), capacity }];
  return pack(snippets, sizes).map((group) =>
    richText(
      group.flatMap(({ format, snippet }, index) => {
        const words = format === undefined ? [] : [text(index === 0 ? `\n${format}` : format)];
        const line = [...(index === 0 ? [name] : []), ...words];
        return line.length === 0 ? [snippet] : [section(line), snippet];
      }),
    ),
  );
}

function renderSnippet(tag: string, messages: Messages) {
  return tag.length > LIMITS.blockText - SNIPPET_MARGIN
    ? section([text(messages.tagTooLong)])
    : preformatted(tag);
}

/** Leaves room for the name, the facts and the buttons around a tag. */
const SNIPPET_MARGIN = 800;

function describe(
  image: Exclude<RecordImage, UploadedImage>,
  { messages, maxImageBytes }: Omit<ReplyOptions, "ref">,
): string {
  switch (image.state) {
    case "failed": {
      const size = image.bytes === undefined ? undefined : formatBytes(image.bytes);
      const limit = formatBytes(maxImageBytes);
      const facts = {
        // "It is 50 MB; the limit is 50 MB" would not help.
        size: size === limit ? undefined : size,
        limit,
        maxMegapixels: MAX_MEGAPIXELS,
      };
      return messages.failures[image.code](facts);
    }
    case "deleted":
      return image.isCached === true ? messages.deletedButCached : messages.deleted;
    case "deleting":
    case "pending":
      return messages[image.state];
  }
}

/** Shows each fact that changed as before and after: "HEIC → JPG", "1.8 MB → 640 kB". */
function describeUploaded(image: UploadedImage, messages: Messages): string[] {
  const { original = image, density } = image;
  const { width = image.width, height = image.height } = original;
  const pixels = changed(formatPixels({ width, height }), formatPixels(image));
  return [
    density === undefined ? pixels : `${formatPixels(tagSize(image))} (${messages.halved(pixels)})`,
    ...(original.type === image.type
      ? []
      : [changed(formatMediaType(original.type), formatMediaType(image.type))]),
    changed(formatBytes(original.bytes), formatBytes(image.bytes)),
    ...(image.isPreview === true ? [messages.previewTaken] : []),
    ...describeRemoved(image, messages),
  ];
}

/** Names what people would miss or be glad to lose. The log names the rest. */
function describeRemoved({ removed = [] }: UploadedImage, messages: Messages): string[] {
  const sentences = [
    ["location", messages.locationRemoved],
    ["credentials", messages.credentialsRemoved],
    ["hdr", messages.hdrRemoved],
  ] as const;
  return sentences.filter(([kind]) => removed.includes(kind)).map(([, sentence]) => sentence);
}

function changed(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}

/** Quiet. The reminder in front goes once somebody has described the image or said that it is decorative. */
function renderFacts(image: UploadedImage, messages: Messages): ContextBlock {
  const isDescribed = image.alt !== "" || image.decorative === true;
  const facts = describeUploaded(image, messages);
  return context([...(isDescribed ? [] : [messages.noDescription]), ...facts].join(" · "));
}

function renderActions(image: UploadedImage, { ref, messages }: ReplyOptions): ActionsBlock {
  const value = renderActionValue({ ref, fileId: image.fileId });
  const { title, question, confirm, deny } = messages.confirmDelete;
  return {
    type: "actions",
    elements: [
      button(messages.editTags, { actionId: ACTIONS.editTags, value }),
      button(messages.deleteImage, {
        actionId: ACTIONS.deleteImage,
        value,
        confirm: {
          title: plainText(title),
          text: plainText(question),
          confirm: plainText(confirm),
          deny: plainText(deny),
          style: "danger",
        },
      }),
    ],
  };
}

function sizeOf(block: KnownBlock): number {
  return (
    textLength(block) + (block.type === "divider" ? LIMITS.dividerOverhead : LIMITS.blockOverhead)
  );
}

/** Counts every `text` below a node, including those of buttons and confirm dialogs. */
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
