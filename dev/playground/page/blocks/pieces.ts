import * as v from "valibot";
import type { Block } from "../../api.ts";
import { parseMrkdwn, parsePlainText } from "./mrkdwn.ts";
import { RichTextBlockElementSchema, RichTextPreformattedSchema } from "./rich-text.ts";
import type { RichTextBlockElement, RichTextPreformatted } from "./rich-text.ts";

/** A part of a message or modal, drawn in order. Its key stays the same while the blocks around it change. */
export type Piece = PieceContent & { key: string };

type PieceContent =
  | { kind: "rich"; elements: RichTextBlockElement[] }
  /** Exact text, to be copied. */
  | { kind: "snippet"; text: string }
  | { kind: "header"; text: string }
  | { kind: "divider" }
  | { kind: "context"; parts: (ContextPart & { key: string })[] }
  | { kind: "image"; image: Picture; title: string | undefined }
  | {
      kind: "section";
      body: Piece[];
      fields: { key: string; elements: RichTextBlockElement[] }[];
      accessory: Button | Picture | undefined;
      blockId: string;
    }
  | { kind: "actions"; buttons: Button[]; blockId: string }
  /** A block that cannot be drawn, and the reason. */
  | { kind: "unknown"; source: unknown; reason: string };

export type ContextPart = Picture | { kind: "text"; elements: RichTextBlockElement[] };

export interface Picture {
  kind: "picture";
  src: string;
  alt: string;
}

export interface Button {
  kind: "button";
  key: string;
  label: string;
  actionId: string;
  value: string | undefined;
  style: "primary" | "danger" | undefined;
  accessibilityLabel: string | undefined;
  confirm: ConfirmDialogContent | undefined;
}

export interface ConfirmDialogContent {
  title: string;
  text: RichTextBlockElement[];
  confirm: string;
  deny: string;
  isDanger: boolean;
}

/** Blocks in order, as pieces; `canPress` is false where nobody takes what a button says. */
export function splitBlocks(blocks: readonly Block[], canPress: boolean): Piece[] {
  return withKeys(blocks.flatMap((block) => splitBlock(block, canPress)));
}

/** A text object, or a message's `text`. */
export function splitText(text: TextContent): Piece[] {
  return text.type === "mrkdwn"
    ? splitRichText(parseMrkdwn(text.text))
    : withKeys([{ kind: "rich", elements: parsePlainText(text.text, text.emoji) }]);
}

export type TextContent = v.InferOutput<typeof AnyText>;

const PlainText = v.object({
  type: v.literal("plain_text"),
  text: v.string(),
  emoji: v.optional(v.boolean()),
});
const Mrkdwn = v.object({ type: v.literal("mrkdwn"), text: v.string() });
const AnyText = v.variant("type", [PlainText, Mrkdwn]);

const BlockId = v.optional(v.string(), "");
const ImageSource = v.object({
  alt_text: v.string(),
  image_url: v.optional(v.string()),
  slack_file: v.optional(v.object({ id: v.optional(v.string()) })),
});
const ButtonElement = v.object({
  type: v.literal("button"),
  text: PlainText,
  action_id: v.string(),
  value: v.optional(v.string()),
  style: v.optional(v.picklist(["primary", "danger"])),
  accessibility_label: v.optional(v.string()),
  // It would have to open an address, too.
  url: v.optional(v.never()),
  confirm: v.optional(
    v.object({
      title: PlainText,
      text: AnyText,
      confirm: PlainText,
      deny: PlainText,
      style: v.optional(v.string()),
    }),
  ),
});

const SCHEMAS = {
  header: v.object({ text: PlainText }),
  section: v.object({
    block_id: BlockId,
    text: v.optional(AnyText),
    fields: v.optional(v.array(AnyText), []),
    accessory: v.optional(v.looseObject({ type: v.string() })),
  }),
  context: v.object({ elements: v.array(v.looseObject({ type: v.string() })) }),
  image: v.object({ ...ImageSource.entries, title: v.optional(PlainText) }),
  actions: v.object({ block_id: BlockId, elements: v.array(v.unknown()) }),
  rich_text: v.object({ elements: v.array(v.unknown()) }),
} as const;

const UNKNOWN = "The playground cannot show this";
const ELSEWHERE = "The playground loads no image from elsewhere";
const NO_PRESS = "The playground takes no press here";

function splitBlock(block: Block, canPress: boolean): PieceContent[] {
  switch (block.type) {
    case "divider":
      return [{ kind: "divider" }];
    case "header":
      return parsed(SCHEMAS.header, block, ({ text }) => [{ kind: "header", text: text.text }]);
    case "rich_text":
      return parsed(SCHEMAS.rich_text, block, ({ elements }) => splitRichText(elements));
    case "context":
      return parsed(SCHEMAS.context, block, ({ elements }) => splitContext(elements));
    case "image":
      return parsed(SCHEMAS.image, block, (image) => {
        const picture = pictureOf(image);
        return picture === undefined
          ? [unknown(block, ELSEWHERE)]
          : [{ kind: "image", image: picture, title: image.title?.text }];
      });
    case "section":
      return parsed(SCHEMAS.section, block, (section) => splitSection(section, canPress));
    case "actions":
      return parsed(SCHEMAS.actions, block, (actions) => splitActions(actions, canPress));
    default:
      return [unknown(block, UNKNOWN)];
  }
}

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  block: Block,
  split: (output: v.InferOutput<Schema>) => PieceContent[],
): PieceContent[] {
  const result = v.safeParse(schema, block);
  return result.success ? split(result.output) : [unknown(block, UNKNOWN)];
}

function unknown(source: unknown, reason: string): PieceContent {
  return { kind: "unknown", source, reason };
}

/** Splits rich text into runs that the renderer draws in one go, and the exact text between them. */
function splitRichText(elements: readonly unknown[]): Piece[] {
  const pieces: PieceContent[] = [];
  for (const element of elements) {
    const exact = v.safeParse(RichTextPreformattedSchema, element);
    const rich = v.safeParse(RichTextBlockElementSchema, element);
    const last = pieces.at(-1);
    if (exact.success) {
      pieces.push({ kind: "snippet", text: exactText(exact.output) });
    } else if (!rich.success) {
      pieces.push(unknown(element, UNKNOWN));
    } else if (last?.kind === "rich" && !isOtherList(last.elements.at(-1), rich.output)) {
      last.elements.push(rich.output);
    } else {
      pieces.push({ kind: "rich", elements: [rich.output] });
    }
  }
  return withKeys(pieces);
}

/** The renderer would go on counting. */
function isOtherList(
  before: RichTextBlockElement | undefined,
  next: RichTextBlockElement,
): boolean {
  return (
    before?.type === "rich_text_list" &&
    next.type === "rich_text_list" &&
    before.style !== next.style
  );
}

function exactText({ elements }: RichTextPreformatted): string {
  return elements.map((one) => (one.type === "text" ? one.text : (one.text ?? one.url))).join("");
}

/** Exact text is code in a line where there is no room for a box. */
function richOf(text: TextContent): RichTextBlockElement[] {
  return splitText(text).flatMap((piece): RichTextBlockElement[] => {
    if (piece.kind === "snippet") {
      const code = { type: "text", text: piece.text, style: { code: true } } as const;
      return [{ type: "rich_text_section", elements: [code] }];
    }
    return piece.kind === "rich" ? piece.elements : [];
  });
}

function splitContext(elements: readonly { type: string }[]): PieceContent[] {
  const parts: ContextPart[] = [];
  const others: PieceContent[] = [];
  for (const element of elements) {
    const text = v.safeParse(AnyText, element);
    const image = v.safeParse(ImageSource, element);
    const picture = image.success ? pictureOf(image.output) : undefined;
    if (text.success) {
      parts.push({ kind: "text", elements: richOf(text.output) });
    } else if (picture === undefined) {
      others.push(unknown(element, image.success ? ELSEWHERE : UNKNOWN));
    } else {
      parts.push(picture);
    }
  }
  const keyed = unique(parts.map((part) => ({ ...part, key: part.kind })));
  return [...(keyed.length === 0 ? [] : [{ kind: "context" as const, parts: keyed }]), ...others];
}

function splitSection(
  { text, fields, accessory, block_id: blockId }: v.InferOutput<typeof SCHEMAS.section>,
  canPress: boolean,
): PieceContent[] {
  const body = text === undefined ? [] : splitText(text);
  const known = accessory === undefined ? undefined : accessoryOf(accessory, canPress);
  const left =
    accessory === undefined || known !== undefined
      ? []
      : [unknown(accessory, reasonFor(accessory, canPress))];
  if (known === undefined && fields.length === 0) {
    return [...body, ...left];
  }
  const drawn = unique(fields.map((field) => ({ key: "field", elements: richOf(field) })));
  return [{ kind: "section", body, fields: drawn, accessory: known, blockId }, ...left];
}

function accessoryOf(element: unknown, canPress: boolean): Button | Picture | undefined {
  const image = v.safeParse(ImageSource, element);
  if (image.success) {
    return pictureOf(image.output);
  }
  return canPress ? buttonOf(element) : undefined;
}

function splitActions(
  { elements, block_id: blockId }: v.InferOutput<typeof SCHEMAS.actions>,
  canPress: boolean,
): PieceContent[] {
  const buttons: Button[] = [];
  const others: PieceContent[] = [];
  for (const element of elements) {
    const button = canPress ? buttonOf(element) : undefined;
    if (button === undefined) {
      others.push(unknown(element, reasonFor(element, canPress)));
    } else {
      buttons.push(button);
    }
  }
  return [
    ...(buttons.length === 0
      ? []
      : [{ kind: "actions" as const, buttons: unique(buttons), blockId }]),
    ...others,
  ];
}

function reasonFor(element: unknown, canPress: boolean): string {
  return !canPress && buttonOf(element) !== undefined ? NO_PRESS : UNKNOWN;
}

function buttonOf(element: unknown): Button | undefined {
  const result = v.safeParse(ButtonElement, element);
  if (!result.success) {
    return undefined;
  }
  const { text, action_id: actionId, value, style, accessibility_label, confirm } = result.output;
  return {
    kind: "button",
    key: JSON.stringify([actionId, value]),
    label: text.text,
    actionId,
    value,
    style,
    accessibilityLabel: accessibility_label,
    confirm: confirm && {
      title: confirm.title.text,
      text: richOf(confirm.text),
      confirm: confirm.confirm.text,
      deny: confirm.deny.text,
      isDanger: confirm.style === "danger",
    },
  };
}

/** The page has no token, so the local Slack serves its files under an address of their own; others are not loaded. */
function pictureOf(image: v.InferOutput<typeof ImageSource>): Picture | undefined {
  const id = image.slack_file?.id;
  return id === undefined
    ? undefined
    : { kind: "picture", src: `/local/files/${encodeURIComponent(id)}`, alt: image.alt_text };
}

/**
 * A button's piece is known by what it does, not by its place: a confirm dialog that is open must not
 * come to stand for another image when a block before it goes.
 */
function withKeys(pieces: readonly PieceContent[]): Piece[] {
  return unique(
    pieces.map((piece) => ({
      ...piece,
      key: `${piece.kind}:${JSON.stringify(identityOf(piece))}`,
    })),
  );
}

function identityOf(piece: PieceContent): unknown {
  if (piece.kind === "actions") {
    return piece.buttons.map(({ key }) => key);
  }
  if (piece.kind === "section" && piece.accessory?.kind === "button") {
    return piece.accessory.key;
  }
  return piece.kind === "snippet" ? piece.text : null;
}

function unique<Item extends { key: string }>(items: readonly Item[]): Item[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const count = seen.get(item.key) ?? 0;
    seen.set(item.key, count + 1);
    return { ...item, key: `${item.key}#${count}` };
  });
}
