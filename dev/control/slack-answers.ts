import * as v from "valibot";

const Text = v.nullish(v.looseObject({ text: v.string() }));
const File = v.looseObject({
  id: v.string(),
  name: v.optional(v.string(), "file"),
  mimetype: v.optional(v.string(), ""),
});
export type File = v.InferOutput<typeof File>;

const Message = v.looseObject({
  ts: v.string(),
  thread_ts: v.optional(v.string()),
  text: v.string(),
  user: v.optional(v.string()),
  bot_id: v.optional(v.string()),
  blocks: v.optional(v.array(v.unknown())),
  files: v.optional(v.array(File)),
  edited: v.optional(v.unknown()),
});
export type Message = v.InferOutput<typeof Message>;

/** A modal. The app sends it without `id` and `hash`. */
export const View = v.looseObject({
  id: v.optional(v.string(), ""),
  hash: v.optional(v.string(), ""),
  title: Text,
  submit: Text,
  close: Text,
  blocks: v.array(v.unknown()),
  state: v.optional(v.object({ values: v.record(v.string(), v.unknown()) })),
});
export type View = v.InferOutput<typeof View>;

export const Seen = v.looseObject({
  ack: v.optional(
    v.looseObject({
      status: v.optional(v.number()),
      durationMs: v.number(),
      body: v.optional(v.string()),
    }),
  ),
  problem: v.optional(v.string()),
  view: v.optional(View),
  errors: v.record(v.string(), v.string()),
  ephemerals: v.array(Message),
});
/** A person's screen right after the app's answer. */
export type Seen = v.InferOutput<typeof Seen>;

export const Posted = v.looseObject({
  channel: v.string(),
  ts: v.string(),
  /** Missing if the app was not told. It has a reason if the app did not ack. */
  attempt: v.optional(v.looseObject({ reason: v.optional(v.string()) })),
});
export const Messages = v.object({ messages: v.array(Message) });
export const Conversation = v.object({
  channel: v.object({ id: v.string(), name: v.string() }),
  messages: v.array(Message),
});
export type Conversation = v.InferOutput<typeof Conversation>;
export const Front = v.object({ view: v.nullable(View) });
