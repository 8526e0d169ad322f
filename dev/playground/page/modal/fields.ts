import * as v from "valibot";
import type { Block, ModalView } from "../../api.ts";

/** The value of an input: text, an option, several options, or files. */
export type FieldValue = string | readonly string[] | readonly File[];

interface Common {
  blockId: string;
  actionId: string;
  label: string;
  hint: string | undefined;
  isOptional: boolean;
  isFocused: boolean;
}
export type Field =
  | (Common & {
      kind: "text";
      isUrl: boolean;
      isMultiline: boolean;
      maxLength: number;
      placeholder: string | undefined;
      initial: string;
    })
  | (Common & { kind: "checkboxes"; options: readonly Option[]; initial: readonly string[] })
  | (Common & {
      kind: "select";
      options: readonly Option[];
      placeholder: string | undefined;
      /** Empty where nothing is chosen. */
      initial: string;
    })
  | (Common & { kind: "files"; maxFiles: number; filetypes: readonly string[] | undefined });

export interface Option {
  value: string;
  label: string;
  description: string | undefined;
}

/** A view's blocks in order: inputs, and what is said between them. */
export type ViewPart =
  | { kind: "field"; key: string; field: Field }
  | { kind: "blocks"; key: string; blocks: readonly Block[] };

export function splitView({ blocks }: Pick<ModalView, "blocks">): ViewPart[] {
  const parts: ViewPart[] = [];
  for (const block of blocks) {
    const field = fieldOf(block);
    const last = parts.at(-1);
    if (field !== undefined) {
      parts.push({ kind: "field", key: field.blockId, field });
    } else if (last?.kind === "blocks") {
      parts[parts.length - 1] = { ...last, blocks: [...last.blocks, block] };
    } else {
      parts.push({ kind: "blocks", key: `blocks:${parts.length}`, blocks: [block] });
    }
  }
  return parts;
}

export function fieldsIn(parts: readonly ViewPart[]): Field[] {
  return parts.flatMap((part) => (part.kind === "field" ? [part.field] : []));
}

/** Returns a field's value: typed here, else kept by Slack from an earlier attempt, else set by the app. */
export function valueOf(
  field: Field,
  typed: Readonly<Record<string, FieldValue>>,
  state: ModalView["state"],
): FieldValue {
  return (
    typed[field.blockId] ??
    stateValue(field, state.values[field.blockId]?.[field.actionId]) ??
    (field.kind === "files" ? [] : field.initial)
  );
}

/** The values of all inputs that the view has now, by `block_id`; files only where some were chosen here. */
export function collectValues(
  view: ModalView,
  typed: Readonly<Record<string, FieldValue>>,
): Record<string, FieldValue | null> {
  return Object.fromEntries(
    fieldsIn(splitView(view))
      .filter(({ kind, blockId }) => kind !== "files" || typed[blockId] !== undefined)
      .map((field) => [field.blockId, valueOf(field, typed, view.state) || null]),
  );
}

/** The sentence under a `file_input` before it is sent; Slack's own words. */
export function findFilesProblem(
  { maxFiles, filetypes }: Extract<Field, { kind: "files" }>,
  files: readonly { name: string }[],
): string | undefined {
  if (files.length > maxFiles) {
    return `Please choose at most ${maxFiles} ${maxFiles === 1 ? "file" : "files"}.`;
  }
  const isTaken = ({ name }: { name: string }) =>
    filetypes === undefined || filetypes.includes(name.split(".").at(-1)?.toLowerCase() ?? "");
  const refused = files.find((file) => !isTaken(file));
  return refused && `${refused.name} is not of an accepted type.`;
}

const MAX_FILES = 10;
const MAX_TEXT = 3000;

const PlainText = v.object({ text: v.string() });
const AnyOption = v.pipe(
  v.object({ text: PlainText, value: v.string(), description: v.optional(PlainText) }),
  v.transform(({ text, value, description }) => ({
    value,
    label: text.text,
    description: description?.text,
  })),
);
const Common = { action_id: v.string(), focus_on_load: v.optional(v.boolean(), false) };
const TextEntries = {
  ...Common,
  initial_value: v.optional(v.string(), ""),
  placeholder: v.optional(PlainText),
};

const Element = v.variant("type", [
  v.object({
    type: v.literal("plain_text_input"),
    ...TextEntries,
    multiline: v.optional(v.boolean(), false),
    max_length: v.optional(v.number(), MAX_TEXT),
  }),
  v.object({ type: v.literal("url_text_input"), ...TextEntries }),
  v.object({
    type: v.literal("checkboxes"),
    ...Common,
    options: v.array(AnyOption),
    initial_options: v.optional(v.array(AnyOption), []),
  }),
  v.object({
    type: v.literal("static_select"),
    ...Common,
    options: v.array(AnyOption),
    initial_option: v.optional(AnyOption),
    placeholder: v.optional(PlainText),
  }),
  v.object({
    type: v.literal("file_input"),
    ...Common,
    filetypes: v.optional(v.array(v.string())),
    max_files: v.optional(v.number(), MAX_FILES),
  }),
]);

const Input = v.object({
  type: v.literal("input"),
  block_id: v.string(),
  label: PlainText,
  hint: v.optional(PlainText),
  optional: v.optional(v.boolean(), false),
  element: Element,
});

/** `undefined` for whatever is no input, or one that nothing here can draw. */
function fieldOf(block: Block): Field | undefined {
  const result = v.safeParse(Input, block);
  if (!result.success) {
    return undefined;
  }
  const { block_id: blockId, label, hint, optional: isOptional, element } = result.output;
  const common = {
    blockId,
    actionId: element.action_id,
    label: label.text,
    hint: hint?.text,
    isOptional,
    isFocused: element.focus_on_load,
  };
  switch (element.type) {
    case "plain_text_input":
    case "url_text_input":
      return {
        ...common,
        kind: "text",
        isUrl: element.type === "url_text_input",
        isMultiline: element.type === "plain_text_input" && element.multiline,
        maxLength: element.type === "plain_text_input" ? element.max_length : MAX_TEXT,
        placeholder: element.placeholder?.text,
        initial: element.initial_value,
      };
    case "checkboxes":
      return {
        ...common,
        kind: "checkboxes",
        options: element.options,
        initial: element.initial_options.map(({ value }) => value),
      };
    case "static_select":
      return {
        ...common,
        kind: "select",
        options: element.options,
        placeholder: element.placeholder?.text,
        initial: element.initial_option?.value ?? "",
      };
    case "file_input":
      return {
        ...common,
        kind: "files",
        maxFiles: element.max_files,
        filetypes: element.filetypes?.map((type) => type.toLowerCase()),
      };
  }
}

const Chosen = v.object({ value: v.string() });
const TextState = v.object({ value: v.nullable(v.string()) });
const CheckboxesState = v.object({ selected_options: v.array(Chosen) });
const SelectState = v.object({ selected_option: v.nullable(Chosen) });

/** Slack keeps what was sent; its files are ids by then, and are chosen anew. */
function stateValue({ kind }: Field, state: unknown): FieldValue | undefined {
  switch (kind) {
    case "text": {
      const text = v.safeParse(TextState, state);
      return text.success ? (text.output.value ?? "") : undefined;
    }
    case "checkboxes": {
      const boxes = v.safeParse(CheckboxesState, state);
      return boxes.success ? boxes.output.selected_options.map(({ value }) => value) : undefined;
    }
    case "select": {
      const select = v.safeParse(SelectState, state);
      return select.success ? (select.output.selected_option?.value ?? "") : undefined;
    }
    case "files":
      return undefined;
  }
}
