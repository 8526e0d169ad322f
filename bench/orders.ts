import * as v from "valibot";

const Posting = v.object({
  order: v.literal("post"),
  kind: v.picklist(["text", "url_verification", "bad_signature", "image"]),
  count: v.number(),
  images: v.optional(v.number(), 1),
  sizeBytes: v.optional(v.number(), 20_000),
});
export type Posting = v.InferInput<typeof Posting>;

/** The orders of the servers' process. */
const Order = v.variant("order", [
  Posting,
  // Returns the calls since the last count.
  v.object({ order: v.literal("count") }),
  // Stores records until there are so many.
  v.object({ order: v.literal("store"), records: v.number() }),
  // Edits the description of the message's image. The functions are at this origin.
  v.object({ order: v.literal("edit"), ts: v.string(), origin: v.string() }),
]);
export type Order = v.InferInput<typeof Order>;

export const SignedRequest = v.object({
  ts: v.string(),
  body: v.string(),
  headers: v.record(v.string(), v.string()),
});
export type SignedRequest = v.InferOutput<typeof SignedRequest>;

export const Calls = v.object({
  calls: v.record(v.string(), v.number()),
  /** Epoch ms: when the last message of the app arrived in Slack, or 0. */
  shownMs: v.number(),
});
export type Calls = v.InferOutput<typeof Calls>;

export type Reply = Calls | { requests: SignedRequest[] } | { shownMs: number } | object;

export function readOrder(message: unknown): v.InferOutput<typeof Order> {
  return v.parse(Order, message);
}
