import { isRecordRef, type RecordRef } from "../records/record-ref.ts";

/** `action_id`s of the buttons under a reply. */
export const ACTIONS = {
  editTags: "edit_tags",
  deleteImage: "delete_image",
  retryUpload: "retry_upload",
} as const;

/** What a button is about: a record, and mostly one of its images. */
export interface ActionTarget {
  ref: RecordRef;
  fileId?: string | undefined;
}

/** The `value` of a button, "messages/T1/C1/1652227646.593159#F1": at most 2,000 characters. */
export function renderActionValue({ ref, fileId }: ActionTarget): string {
  return fileId === undefined ? ref : `${ref}#${fileId}`;
}

/** `undefined` when it is none of ours. */
export function inspectActionValue(value: string): ActionTarget | undefined {
  const [ref = "", fileId, ...rest] = value.split("#");
  const isOurs = isRecordRef(ref) && /^\w*$/u.test(fileId ?? "") && rest.length === 0;
  return isOurs ? { ref, fileId: fileId || undefined } : undefined;
}
