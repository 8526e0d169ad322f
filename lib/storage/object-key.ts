/** `images/` + uuid + `.png` (CONTRACT: the extension comes from the bytes, never from a name). */
export function imageKey(prefix: string, uuid: string, extension: string): string {
  return `${prefix}${uuid}.${extension}`;
}

/** The record of one source message. */
export function messageRecordKey(prefix: string, message: MessageId): string {
  return `${prefix}messages/${message.teamId}/${message.channelId}/${message.ts}.json`;
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
