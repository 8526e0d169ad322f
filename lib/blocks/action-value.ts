import { isRecordRef, type RecordRef } from "../records/record-ref.ts";

/** The `action_id`s of the buttons under a reply. */
export const ACTIONS = {
  editTags: "edit_tags",
  deleteImage: "delete_image",
  retryUpload: "retry_upload",
} as const;

/** The target of a button: a record, and usually one of its images. */
export interface ActionTarget {
  ref: RecordRef;
  fileId?: string | undefined;
}

/**
 * Renders a button's `value`, "messages/T1/C1/1652227646.593159#F1", of at most 2,000 characters.
 */
export function renderActionValue({ ref, fileId }: ActionTarget): string {
  return fileId === undefined ? ref : `${ref}#${fileId}`;
}

/** `undefined`: the value is not ours. */
export function inspectActionValue(value: string): ActionTarget | undefined {
  const [ref = "", fileId, ...rest] = value.split("#");
  const isOurs = isRecordRef(ref) && /^\w*$/u.test(fileId ?? "") && rest.length === 0;
  return isOurs ? { ref, fileId: fileId || undefined } : undefined;
}
