import type {
  Button,
  ConfirmationDialog,
  ContextBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextList,
  RichTextPreformatted,
  RichTextSection,
  RichTextText,
} from "@slack/web-api";

/** Builders for the few elements that replies and modals use. */
export function richText(elements: RichTextBlock["elements"]): RichTextBlock {
  return { type: "rich_text", elements };
}

export function section(elements: RichTextSection["elements"]): RichTextSection {
  return { type: "rich_text_section", elements };
}

export function bullet(content: RichTextSection): RichTextList {
  return { type: "rich_text_list", style: "bullet", elements: [content] };
}

export function text(content: string, style?: RichTextText["style"]): RichTextText {
  return { type: "text", text: content, ...(style !== undefined && { style }) };
}

/** Exact text with a copy button. rich_text needs no escaping and adds no links by itself. */
export function preformatted(content: string): RichTextPreformatted {
  return { type: "rich_text_preformatted", elements: [{ type: "text", text: content }] };
}

export function paragraph(content: string): RichTextBlock {
  return richText([section([text(content)])]);
}

export function plainText(content: string): PlainTextElement {
  return { type: "plain_text", text: content };
}

export function button(
  label: string,
  action: { actionId: string; value: string; style?: "danger"; confirm?: ConfirmationDialog },
): Button {
  const { actionId, value, style, confirm } = action;
  return {
    type: "button",
    text: plainText(label),
    action_id: actionId,
    value,
    ...(style !== undefined && { style }),
    ...(confirm !== undefined && { confirm }),
  };
}

/** Small grey text. */
export function context(content: string): ContextBlock {
  return { type: "context", elements: [plainText(content)] };
}

export const DIVIDER = { type: "divider" } as const;
