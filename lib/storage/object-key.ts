/** `images/` + uuid + `.png` (CONTRACT: the extension comes from the bytes, never from a name). */
export function imageKey(prefix: string, uuid: string, extension: string): string {
  return `${prefix}${uuid}.${extension}`;
}

/** A narrower copy of an image: `images/` + uuid + `-640.webp`. */
export function variantKey(prefix: string, uuid: string, width: number): string {
  return `${prefix}${uuid}-${width}.webp`;
}

/** What the keys of an image and of its copies begin with, and no other key does. */
export function imageKeyPrefix(prefix: string, uuid: string): string {
  return `${prefix}${uuid}`;
}

/**
 * What names a record in buttons and modals: its key without prefix and `.json`,
 * "messages/T1/C1/1652227646.593159" or "forms/T1/V1".
 */
export type RecordRef = string;

export function messageRef({ teamId, channelId, ts }: MessageId): RecordRef {
  return `messages/${teamId}/${channelId}/${ts}`;
}

export function formRef({ teamId, viewId }: { teamId: string; viewId: string }): RecordRef {
  return `forms/${teamId}/${viewId}`;
}

export function isRecordRef(text: string): boolean {
  return /^(?:messages\/\w{1,64}\/\w{1,64}\/\d{1,16}\.\d{1,16}|forms\/\w{1,64}\/\w{1,64})$/u.test(
    text,
  );
}

/** Of the source message; a form has none. */
export function channelOf(ref: RecordRef): string | undefined {
  const [kind, , channelId] = ref.split("/");
  return kind === "messages" ? channelId : undefined;
}

/** `undefined` when it is no record's key. */
export function parseRecordKey(
  prefix: string,
  key: string,
): { ref: RecordRef; channelId: string | undefined } | undefined {
  const ref = key.slice(prefix.length).replace(/\.json$/u, "");
  return key === recordKey(prefix, ref) && isRecordRef(ref)
    ? { ref, channelId: channelOf(ref) }
    : undefined;
}

export function recordKey(prefix: string, ref: RecordRef): string {
  return `${prefix}${ref}.json`;
}

/** Where a reader's browser finds the object: each segment of the key is percent-encoded. */
export function publicUrl(baseUrl: string, key: string): string {
  return `${baseUrl}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** What identifies a message in Slack, whatever the number of events about it. */
export interface MessageId {
  teamId: string;
  channelId: string;
  /** Slack's `ts`, "1652227646.593159". */
  ts: string;
}
