import { styleText } from "node:util";
import * as v from "valibot";
import type { View } from "../control/slack-answers.ts";
import { renderBlock, renderButton } from "./render-block.ts";

const Text = v.looseObject({ text: v.string() });
const Option = v.looseObject({ text: Text, value: v.string() });
const element = { action_id: v.string() };
const Input = v.looseObject({
  type: v.literal("input"),
  block_id: v.optional(v.string(), ""),
  label: Text,
  hint: v.nullish(Text),
  optional: v.optional(v.boolean(), false),
  element: v.variant("type", [
    v.looseObject({
      ...element,
      type: v.literal("plain_text_input"),
      initial_value: v.optional(v.string()),
      placeholder: v.optional(Text),
    }),
    v.looseObject({
      ...element,
      type: v.literal("checkboxes"),
      options: v.array(Option),
      initial_options: v.optional(v.array(Option), []),
    }),
    v.looseObject({
      ...element,
      type: v.literal("file_input"),
      max_files: v.optional(v.number(), 10),
      filetypes: v.optional(v.array(v.string()), []),
    }),
  ]),
});
type Input = v.InferOutput<typeof Input>;

const Typed = v.looseObject({
  value: v.nullish(v.string()),
  selected_options: v.optional(v.array(Option)),
  files: v.optional(v.array(v.looseObject({ name: v.string() }))),
});
type Typed = v.InferOutput<typeof Typed>;

/** Renders a modal: its fields and their values, the sentences under fields, and its buttons. */
export function renderView(view: View, errors: Readonly<Record<string, string>> = {}): string {
  const lines = view.blocks.flatMap((block) => {
    const input = v.safeParse(Input, block);
    return input.success
      ? ["", ...renderInput(input.output, view, errors)]
      : [...(isHeading(block) ? [""] : []), ...renderBlock(block)];
  });
  const buttons = [view.close, view.submit].flatMap((text) =>
    text === null || text === undefined ? [] : [renderButton(text.text)],
  );
  return renderBox(view.title?.text ?? "", lines, buttons);
}

export function renderBox(
  title: string,
  lines: readonly string[],
  buttons: readonly string[],
): string {
  return [
    `╭─ ${styleText("bold", title)}`,
    ...lines.slice(lines[0] === "" ? 1 : 0).map((line) => `│ ${line}`.trimEnd()),
    `╰─ ${buttons.join(" ")}`,
  ].join("\n");
}

export function fieldsOf({ blocks }: View): { blockId: string; label: string }[] {
  return blocks.flatMap((block) => {
    const input = v.safeParse(Input, block);
    return input.success
      ? [{ blockId: input.output.block_id, label: input.output.label.text }]
      : [];
  });
}

/** An image's name stands above its fields. */
function isHeading(block: unknown): boolean {
  return v.is(v.looseObject({ type: v.literal("rich_text") }), block);
}

function renderInput(
  input: Input,
  { state }: View,
  errors: Readonly<Record<string, string>>,
): string[] {
  const { block_id: blockId, label, hint, optional } = input;
  const error = errors[blockId];
  const typed = v.safeParse(v.object({ [input.element.action_id]: Typed }), state?.values[blockId]);
  return [
    label.text + (optional ? styleText("dim", " (optional)") : ""),
    ...renderElement(input, typed.success ? typed.output[input.element.action_id] : undefined),
    ...(hint === null || hint === undefined ? [] : [styleText("dim", `  ${hint.text}`)]),
    ...(error === undefined ? [] : [styleText("red", `  ✗ ${error}`)]),
  ];
}

function renderElement({ element: field }: Input, typed: Typed | undefined): string[] {
  switch (field.type) {
    case "plain_text_input": {
      const value = (typed === undefined ? field.initial_value : typed.value) ?? "";
      return [`  [ ${value || renderPlaceholder(field.placeholder?.text ?? "")} ]`];
    }
    case "checkboxes": {
      const chosen = typed?.selected_options ?? field.initial_options;
      return field.options.map(
        ({ text, value }) =>
          `  [${chosen.some((option) => option.value === value) ? "x" : " "}] ${text.text}`,
      );
    }
    case "file_input": {
      const names = (typed?.files ?? []).map(({ name }) => name).join(", ");
      const accepted = `up to ${field.max_files}: ${field.filetypes.join(", ")}`;
      return [`  [ ${names || renderPlaceholder(accepted)} ]`];
    }
  }
}

function renderPlaceholder(text: string): string {
  return styleText("dim", text === "" ? " ".repeat(PLACEHOLDER_WIDTH) : `(${text})`);
}

const PLACEHOLDER_WIDTH = 30;
