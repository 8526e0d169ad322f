import type { MessageMetadata } from "@slack/web-api";
import * as v from "valibot";
import type { UploadRecord } from "../records/record.ts";

/**
 * The metadata that marks a message as one part of the reply to a source, so that it can be found
 * if a worker crashed before recording its place. It holds no secret, because every member can read
 * it.
 */
export function renderMark(source: UploadRecord["source"], part: number): MessageMetadata {
  return { event_type: MARK, event_payload: { ...sourceOf(source), part } };
}

/** Returns which part of the reply to this source a message is; `undefined` if it is none. */
export function inspectMark(
  message: unknown,
  source: UploadRecord["source"],
): { part: number; ts: string } | undefined {
  if (!v.is(MarkedMessage, message)) {
    return undefined;
  }
  const { part, ...marked } = message.metadata.event_payload;
  const [[name, value] = []] = Object.entries(sourceOf(source));
  return marked[name ?? ""] === value ? { part, ts: message.ts } : undefined;
}

/**
 * Returns the `ts` of the message that this one replies to; `undefined` if it is not one of the
 * app's replies.
 */
export function inspectMarkedTs(message: unknown): string | undefined {
  const marked = v.is(MarkedMessage, message) && message.metadata.event_payload["source_ts"];
  return typeof marked === "string" ? marked : undefined;
}

const MARK = "upload_to_s3_reply";

const MarkedMessage = v.object({
  ts: v.string(),
  metadata: v.object({
    event_type: v.literal(MARK),
    event_payload: v.looseObject({ part: v.number() }),
  }),
});

function sourceOf(source: UploadRecord["source"]): Record<string, string> {
  return source.type === "message" ? { source_ts: source.ts } : { source_view: source.viewId };
}
