import { createHash } from "node:crypto";
import { TAG_FIELDS, type TagField } from "../blocks/tag-fields.ts";
import type { Messages } from "../i18n/en.ts";
import type { ViewField, ViewSubmission } from "../slack/interaction-payloads.ts";
import { inspectAltText } from "../tag/alt-text.ts";
import { cleanLink, isLink } from "../tag/link.ts";
import type { TagEdit } from "../records/record-changes.ts";

export interface TagSubmission {
  /** The changes made in the modal, by subject. */
  edits: ReadonlyMap<string, Omit<TagEdit, "fileId">>;
  /** The sentences to show under fields, by block id. */
  errors: Readonly<Record<string, string>>;
}

/** Reads and checks the tag fields of a modal. Skips blocks that are not ours. */
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
    const problem = check(field, { messages, isDecorative: decorative.has(field.subject) });
    if (problem !== undefined) {
      errors[field.blockId] = problem;
    } else if (field.isChanged || field.isFirst) {
      edits.set(field.subject, { ...edits.get(field.subject), ...toEdit(field) });
    }
  }
  return { edits, errors };
}

/**
 * Returns the same id if the same modal arrives again with the same content. A modal counts as new
 * each time it is opened.
 */
export function identifySubmission({ actor, viewId, fields }: ViewSubmission): string {
  const sent = JSON.stringify([actor.userId, viewId, fields]);
  return createHash("sha256").update(sent).digest("base64url").slice(0, ID_LENGTH);
}

const ID_LENGTH = 22;

interface SubmittedField {
  blockId: string;
  name: TagField;
  subject: string;
  value: string;
  isChanged: boolean;
  /** The value came with the file itself, and no record has it yet. */
  isFirst: boolean;
}

/** See `tagBlockId`. */
function toTagField({ blockId, value, initialValue }: ViewField): SubmittedField | undefined {
  const [field, subject = "", base] = blockId.split(":");
  const name = TAG_FIELDS.find((candidate) => candidate === field);
  if (name === undefined || !/^\w+$/u.test(subject)) {
    return undefined;
  }
  const written = name === "link" ? cleanLink(value) : value.trim();
  const isChanged = written !== initialValue.trim();
  const isFirst = base === "file" && !isChanged && written !== "";
  return { blockId, name, subject, value: written, isChanged, isFirst };
}

/**
 * Refuses a description that would be dropped, because the person may have ticked the wrong box.
 */
function check(
  { name, value }: SubmittedField,
  { messages, isDecorative }: { messages: Messages; isDecorative: boolean },
): string | undefined {
  switch (name) {
    case "link":
      return value === "" || isLink(value) ? undefined : messages.badLink;
    case "alt": {
      if (isDecorative) {
        return value === "" ? undefined : messages.describedDecorative;
      }
      const problem = inspectAltText(value);
      return problem && messages.badAlt[problem];
    }
    case "decorative":
      return undefined;
  }
}

function toEdit({ name, value, isFirst }: SubmittedField): Omit<TagEdit, "fileId"> {
  if (name === "decorative") {
    return { decorative: value !== "" };
  }
  return name === "alt" && isFirst ? { firstAlt: value } : { [name]: value };
}
