import type { ActionsBlock, ContextBlock, KnownBlock, RichTextBlock } from "@slack/web-api";
import type { Messages } from "../i18n/en.ts";
import { formatBytes, formatMediaType, formatPixels } from "../i18n/size.ts";
import { MAX_MEGAPIXELS } from "../images/image-size.ts";
import type { RecordRef } from "../records/record-ref.ts";
import { tagSize } from "../tag/tag-size.ts";
import { truncate } from "../truncate.ts";
import { isRetriable, type RecordImage, type UploadedImage } from "../records/record.ts";
import { ACTIONS, renderActionValue } from "./action-value.ts";
import {
  button,
  context,
  paragraph,
  plainText,
  preformatted,
  richText,
  section,
  text,
} from "./elements.ts";
import { LIMITS } from "./limits.ts";
import { pack } from "./pack.ts";

/** One message of a reply; there are several only when Slack's limits ask for it. */
export interface ReplyPart {
  /** Escaped for mrkdwn. */
  text: string;
  blocks: KnownBlock[];
}

export interface ReplyOptions {
  /** Of the record: the buttons name it. */
  ref: RecordRef;
  messages: Messages;
  /** The tags of an image, in the order in which they are shown. */
  renderTags(image: UploadedImage): string[];
  maxImageBytes: number;
}

/** "Uploading 3 images…": what stands in the thread until the result does. */
export function renderProgress(count: number, messages: Messages): ReplyPart {
  return { text: escapeMrkdwn(messages.uploading(count)), blocks: [] };
}

/** The result: at least one part, in the order of the images; the blocks of one image stay together. */
export function renderReply(images: readonly RecordImage[], options: ReplyOptions): ReplyPart[] {
  const summary = renderText(images, options.messages);
  const units = [
    ...renderHeading(images, options.messages),
    ...images.flatMap((image) => renderUnits(image, options)),
    ...renderRetry(images, options),
  ];
  const groups = pack(units, [
    { sizeOf: (unit) => unit.length, capacity: LIMITS.blocksPerMessage },
    { sizeOf: textLength, capacity: LIMITS.blockText },
    {
      sizeOf: (unit) => textLength(unit) + unit.length * LIMITS.blockOverhead,
      capacity: LIMITS.blockTotal,
    },
  ]);
  return groups.map((group) => ({ text: summary, blocks: group.flat() }));
}

/** The result without buttons, for a modal, which has no parts: what does not fit is in the thread. */
export function renderResult(
  images: readonly RecordImage[],
  options: Omit<ReplyOptions, "ref">,
): KnownBlock[] {
  const blocks = [
    ...renderHeading(images, options.messages).flat(),
    ...images.flatMap((image) => renderImage(image, options)),
  ];
  return blocks.slice(0, LIMITS.blocksPerView);
}

/** Slack escapes just these three in mrkdwn: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeMrkdwn(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const MAX_NAME_LENGTH = 120;

function isUploaded(image: RecordImage): image is UploadedImage {
  return image.state === "uploaded";
}

/** The longest list of names that stays within the limit once it is escaped (five characters for one at worst). */
function renderText(images: readonly RecordImage[], messages: Messages): string {
  const names = images.filter(isUploaded).map((image) => image.name);
  const isNothing = images.every(({ state }) => state === "failed");
  const content = isNothing ? messages.nothingUploaded : messages.uploaded(names.join(", "));
  return escapeMrkdwn(truncate(content, Math.floor(LIMITS.messageText / 5)));
}

function renderHeading(images: readonly RecordImage[], messages: Messages): KnownBlock[][] {
  const isNothing = images.every(({ state }) => state === "failed");
  return isNothing ? [[paragraph(messages.nothingUploaded)]] : [];
}

/** What stays together: mostly all of one image. */
function renderUnits(image: RecordImage, options: ReplyOptions): KnownBlock[][] {
  const blocks = renderImage(image, options);
  const actions = isUploaded(image)
    ? [...renderReminder(image, options.messages), renderActions(image, options)]
    : [];
  const last = blocks.at(-1);
  return last === undefined
    ? []
    : [...blocks.slice(0, -1).map((block) => [block]), [last, ...actions]];
}

/** Usually one block; the tags of one image take several when they are very long together. */
function renderImage(image: RecordImage, options: Omit<ReplyOptions, "ref">): RichTextBlock[] {
  const isGone = image.state === "deleting" || image.state === "deleted";
  const style = isGone ? ({ strike: true } as const) : ({ bold: true } as const);
  const heading = section([
    text(truncate(image.name, MAX_NAME_LENGTH), style),
    text(describe(image, options)),
  ]);
  if (!isUploaded(image)) {
    return [richText([heading])];
  }
  const snippets = options
    .renderTags(image)
    .map((tag) =>
      tag.length > LIMITS.blockText - SNIPPET_MARGIN
        ? section([text(options.messages.tagTooLong)])
        : preformatted(tag),
    );
  const capacity = LIMITS.blockText - SNIPPET_MARGIN;
  return pack(snippets, [{ sizeOf: textLength, capacity }]).map((group) =>
    richText([heading, ...group]),
  );
}

/** Room for the name, the facts and the buttons around a tag. */
const SNIPPET_MARGIN = 800;

function describe(
  image: RecordImage,
  { messages, maxImageBytes }: Omit<ReplyOptions, "ref">,
): string {
  switch (image.state) {
    case "uploaded":
      return ["", ...describeUploaded(image, messages)].join(" · ");
    case "failed": {
      const size = image.bytes === undefined ? undefined : formatBytes(image.bytes);
      const limit = formatBytes(maxImageBytes);
      const facts = {
        // "It is 50 MB; the limit is 50 MB" would not help.
        size: size === limit ? undefined : size,
        limit,
        maxMegapixels: MAX_MEGAPIXELS,
      };
      return ` — ${messages.failures[image.code](facts)}`;
    }
    case "deleting":
    case "deleted":
      return ` — ${messages[image.state]}`;
    case "pending":
      return ` — ${messages.pending}`;
  }
}

/** Whatever is not as it was posted shows what it was: "HEIC → JPG", "1.8 MB → 640 kB". */
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

/** What people would miss, or are glad to be rid of; the log names the rest. */
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

/** Quiet, and gone once somebody has described the image or said that it is decorative. */
function renderReminder({ alt, decorative }: UploadedImage, messages: Messages): ContextBlock[] {
  return alt === "" && decorative !== true ? [context(messages.noDescription)] : [];
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
        style: "danger",
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

/** One for all that failed, where it can help. */
function renderRetry(
  images: readonly RecordImage[],
  { ref, messages }: ReplyOptions,
): KnownBlock[][] {
  if (!images.some(isRetriable)) {
    return [];
  }
  const value = renderActionValue({ ref });
  const retry = button(messages.retryUpload, { actionId: ACTIONS.retryUpload, value });
  return [[{ type: "actions", elements: [retry] }]];
}

/** Every `text` below a node counts, that of buttons and confirm dialogs too. */
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
