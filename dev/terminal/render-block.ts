import { styleText } from "node:util";
import * as v from "valibot";

const Text = v.looseObject({ text: v.string() });
const Button = v.looseObject({
  type: v.literal("button"),
  action_id: v.string(),
  value: v.optional(v.string(), ""),
  text: Text,
  confirm: v.optional(v.object({ title: Text, text: Text, confirm: Text, deny: Text })),
});
export type Button = v.InferOutput<typeof Button>;

const Style = v.looseObject({ bold: v.optional(v.boolean()), strike: v.optional(v.boolean()) });
const inline = { text: v.optional(v.string(), ""), style: v.optional(Style, {}) };
const Inline = v.looseObject(inline);
type Inline = v.InferOutput<typeof Inline>;
const RichText = v.looseObject({
  type: v.literal("rich_text"),
  elements: v.array(
    v.looseObject({
      type: v.string(),
      // The elements of a list are sections, which have such elements themselves.
      elements: v.array(v.looseObject({ ...inline, elements: v.optional(v.array(Inline), []) })),
    }),
  ),
});
type RichTextElement = v.InferOutput<typeof RichText>["elements"][number];

const Actions = v.looseObject({ type: v.literal("actions"), elements: v.array(Button) });
const Image = v.looseObject({ type: v.literal("image"), alt_text: v.string() });
const Context = v.looseObject({
  type: v.literal("context"),
  elements: v.array(v.looseObject({ text: v.optional(v.string()) })),
});
const Section = v.looseObject({
  type: v.literal("section"),
  text: v.looseObject({ text: v.string() }),
  accessory: v.optional(Button),
});
const Divider = v.looseObject({ type: v.literal("divider") });
const Block = v.variant("type", [RichText, Actions, Image, Context, Section, Divider]);

/** Renders a block as lines. Returns none for blocks that the app never sends. */
export function renderBlock(block: unknown): string[] {
  const parsed = v.safeParse(Block, block);
  if (!parsed.success) {
    return [];
  }
  switch (parsed.output.type) {
    case "rich_text":
      return parsed.output.elements.flatMap(renderElement);
    case "actions":
      return [parsed.output.elements.map(({ text }) => renderButton(text.text)).join(" ")];
    case "image":
      return [styleText("dim", `(preview of ${parsed.output.alt_text})`)];
    case "context":
      return renderContext(parsed.output);
    case "section": {
      const { text, accessory } = parsed.output;
      return [[text.text, ...(accessory ? [renderButton(accessory.text.text)] : [])].join("  ")];
    }
    case "divider":
      return [styleText("dim", "─".repeat(40))];
  }
}

export function renderButton(label: string): string {
  return styleText("cyan", `[${label}]`);
}

export function buttonsIn(blocks: readonly unknown[] = []): Button[] {
  return blocks.flatMap((block) => {
    const parsed = v.safeParse(v.variant("type", [Actions, Section]), block);
    if (!parsed.success) {
      return [];
    }
    const { output } = parsed;
    if (output.type === "actions") {
      return output.elements;
    }
    return output.accessory ? [output.accessory] : [];
  });
}

/** Finds the texts in preformatted boxes. */
export function tagsIn(blocks: readonly unknown[] = []): string[] {
  return blocks.flatMap((block) => {
    const parsed = v.safeParse(RichText, block);
    const elements = parsed.success ? parsed.output.elements : [];
    return elements.filter(isTag).map(textOf);
  });
}

function renderContext({ elements }: v.InferOutput<typeof Context>): string[] {
  const texts = elements.flatMap(({ text }) => text?.split("\n") ?? []);
  return texts.map((line) => styleText("dim", line));
}

function isTag({ type }: RichTextElement): boolean {
  return type === "rich_text_preformatted";
}

function textOf({ elements }: RichTextElement): string {
  return elements.map(({ text }) => text).join("");
}

function renderElement(element: RichTextElement): string[] {
  if (isTag(element)) {
    return [`  ${styleText("green", textOf(element))}`];
  }
  return element.type === "rich_text_list"
    ? element.elements.flatMap((item) => renderItem(item.elements))
    : renderLines(element.elements);
}

function renderItem(elements: readonly Inline[]): string[] {
  return renderLines(elements).map((line, index) => `${index === 0 ? "•" : " "} ${line}`);
}

function renderLines(elements: readonly Inline[]): string[] {
  const content = elements.map(({ text, style }) => renderText(text, style)).join("");
  return content.split("\n");
}

/** Adds tildes because some terminals cannot strike text through. */
function renderText(text: string, { bold, strike }: v.InferOutput<typeof Style>): string {
  if (strike === true) {
    return styleText("strikethrough", `~${text}~`);
  }
  return bold === true ? styleText("bold", text) : text;
}
