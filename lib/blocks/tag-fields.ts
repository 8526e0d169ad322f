import type { InputBlock } from "@slack/web-api";
import type { Messages } from "../i18n/en.ts";
import { MAX_ALT_LENGTH } from "../tag/alt-text.ts";
import { MAX_LINK_LENGTH } from "../tag/link.ts";
import { plainText } from "./elements.ts";

/**
 * The inputs of one image's tag. Each is a block `FIELD:SUBJECT:BASE` whose element has the field's
 * name.
 */
export const TAG_FIELDS = ["alt", "decorative", "link"] as const;
export type TagField = (typeof TAG_FIELDS)[number];

export interface TagValues {
  base: TagBase;
  alt: string;
  link: string;
  decorative: boolean;
}

/** The source of a modal's initial values. */
export type TagBase = "record" | "file";

/** `subject` is a file id or another name for what the tag belongs to. */
export function tagBlockId(field: TagField, subject: string, base: TagBase): string {
  return `${field}:${subject}:${base}`;
}

export function renderTagFields(
  subject: string,
  values: TagValues,
  messages: Messages,
): InputBlock[] {
  return [
    {
      type: "input",
      block_id: tagBlockId("alt", subject, values.base),
      optional: true,
      label: plainText(messages.fields.alt),
      hint: plainText(messages.fields.altHint),
      element: {
        type: "plain_text_input",
        action_id: "alt",
        max_length: MAX_ALT_LENGTH,
        ...(values.alt !== "" && { initial_value: values.alt }),
      },
    },
    {
      type: "input",
      block_id: tagBlockId("decorative", subject, values.base),
      optional: true,
      label: plainText(messages.fields.decorativeLabel),
      element: {
        type: "checkboxes",
        action_id: "decorative",
        options: [decorativeOption(messages)],
        ...(values.decorative && { initial_options: [decorativeOption(messages)] }),
      },
    },
    {
      type: "input",
      block_id: tagBlockId("link", subject, values.base),
      optional: true,
      label: plainText(messages.fields.link),
      element: {
        // url_text_input need not accept mailto:.
        type: "plain_text_input",
        action_id: "link",
        max_length: MAX_LINK_LENGTH,
        placeholder: plainText("https://"),
        ...(values.link !== "" && { initial_value: values.link }),
      },
    },
  ];
}

function decorativeOption(messages: Messages) {
  return { text: plainText(messages.fields.decorative), value: "decorative" };
}
