/**
 * A record's name in buttons, modals and markers: its key without prefix and `.json`,
 * "messages/T1/C1/1652227646.593159" or "forms/T1/V1".
 */
export type RecordRef = string;

/** The identity of a message in Slack, however many events are delivered about it. */
export interface MessageId {
  teamId: string;
  channelId: string;
  /** Slack's `ts`, "1652227646.593159". */
  ts: string;
}

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

/** The source message's channel; a form has none. */
export function channelOf(ref: RecordRef): string | undefined {
  const [kind, , channelId] = ref.split("/");
  return kind === "messages" ? channelId : undefined;
}
