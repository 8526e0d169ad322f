import type { UploadRecord } from "./record.ts";

/** Epoch ms: when the message was posted or the form was submitted. */
export function sourceTimeMs({ source }: UploadRecord): number {
  return source.type === "message" ? Number(source.ts) * 1000 : Date.parse(source.sentAt);
}
