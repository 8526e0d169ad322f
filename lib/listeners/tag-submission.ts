import { TAG_FIELDS, type TagField } from "../blocks/tag-fields.ts";
import type { Messages } from "../i18n/en.ts";
import type { ViewField } from "../slack/interaction-payloads.ts";
import { inspectAltText } from "../tag/alt-text.ts";
import { isLink } from "../tag/link.ts";
import type { TagEdit } from "../records/record-changes.ts";

export interface TagSubmission {
  /** By subject: what was changed in the modal. */
  edits: ReadonlyMap<string, Omit<TagEdit, "fileId">>;
  /** By block id: the sentence under the field. */
  errors: Readonly<Record<string, string>>;
}

/** The tag fields of a modal, checked. Blocks that are none of ours are left out. */
export function readTagSubmission(fields: readonly ViewField[], messages: Messages): TagSubmission {
  const edits = new Map<string, Omit<TagEdit, "fileId">>();
  const errors: Record<string, string> = {};
  const tagFields = fields.map(toTagField).filter((field) => field !== undefined);
  const decorative = new Set(
    tagFields
      .filter(({ name, value }) => name === "decorative" && value !== "")
      .map(({ subject }) => subject),
  );
  for (const field of tagFields) {
    const problem =
      decorative.has(field.subject) && field.name === "alt" ? undefined : check(field, messages);
    if (problem !== undefined) {
      errors[field.blockId] = problem;
    } else if (field.isChanged) {
      edits.set(field.subject, { ...edits.get(field.subject), ...toEdit(field) });
    }
  }
  return { edits, errors };
}

interface SubmittedField {
  blockId: string;
  name: TagField;
  subject: string;
  value: string;
  isChanged: boolean;
}

/** See `tagBlockId`. What was prefilled from the file itself is no record's yet: it counts as written. */
function toTagField({ blockId, value, initialValue }: ViewField): SubmittedField | undefined {
  const [field, subject = "", base] = blockId.split(":");
  const name = TAG_FIELDS.find((candidate) => candidate === field);
  if (name === undefined || !/^\w+$/u.test(subject)) {
    return undefined;
  }
  const trimmed = value.trim();
  const isChanged = trimmed !== initialValue.trim() || (base === "file" && trimmed !== "");
  return { blockId, name, subject, value: trimmed, isChanged };
}

function check({ name, value }: SubmittedField, messages: Messages): string | undefined {
  switch (name) {
    case "link":
      return value === "" || isLink(value) ? undefined : messages.badLink;
    case "alt": {
      const problem = inspectAltText(value);
      return problem && messages.badAlt[problem];
    }
    case "decorative":
      return undefined;
  }
}

function toEdit({ name, value }: SubmittedField): Omit<TagEdit, "fileId"> {
  return name === "decorative" ? { decorative: value !== "" } : { [name]: value };
}
