import * as v from "valibot";

const Ms = v.number();

/** The three that answer: this app, a handler with nothing but what must be, and Bolt. */
const Contender = v.picklist(["ours", "bare", "bolt"]);
export type Contender = v.InferOutput<typeof Contender>;

const AckRow = v.object({
  case: v.picklist(["text", "url_verification", "bad signature", "image with claim"]),
  contender: Contender,
  perSecond: v.number(),
  p50Ms: Ms,
  p99Ms: Ms,
});
export type AckRow = v.InferOutput<typeof AckRow>;

const ColdRow = v.object({
  case: v.picklist(["text", "image with claim"]),
  contender: Contender,
  /** Until the first line of JavaScript runs. */
  processMs: Ms,
  /** From the import of the function to its answer. */
  ackMs: Ms,
  /** JavaScript that was read until then. */
  modules: v.number(),
  bytes: v.number(),
});
export type ColdRow = v.InferOutput<typeof ColdRow>;

const PackedRow = v.object({ function: v.string(), files: v.number(), bytes: v.number() });
export type PackedRow = v.InferOutput<typeof PackedRow>;

const Work = v.object({
  /** From the event to the tags in the thread. */
  ms: Ms,
  /** Per message. */
  cpuMs: Ms,
  peakBytes: v.number(),
  /** Per message, by kind. */
  calls: v.record(v.string(), v.number()),
});
export type Work = v.InferOutput<typeof Work>;

const UploadRow = v.object({
  images: v.number(),
  sizeBytes: v.number(),
  ours: Work,
  byHand: Work,
});
export type UploadRow = v.InferOutput<typeof UploadRow>;

const FlightRow = v.object({
  messages: v.number(),
  oursMs: Ms,
  byHandMs: Ms,
  /** How many of ours were answered 503 after 2.5 s. Slack delivers these again. */
  late: v.number(),
});
export type FlightRow = v.InferOutput<typeof FlightRow>;

const RecordsRow = v.object({
  records: v.number(),
  sweepMs: Ms,
  sweepCalls: v.number(),
  editMs: Ms,
  editCalls: v.number(),
});
export type RecordsRow = v.InferOutput<typeof RecordsRow>;

const CodecRow = v.object({
  codec: v.picklist(["lossless JPEG", "lossless PNG", "WebP", "three variants", "HEIC"]),
  oursMs: Ms,
  directMs: Ms,
});
export type CodecRow = v.InferOutput<typeof CodecRow>;

/** `bench/results.json`: what one run of every part measured. */
export const Results = v.object({
  machine: v.object({
    cpu: v.string(),
    cores: v.number(),
    node: v.string(),
    /** ISO 8601. */
    date: v.pipe(v.string(), v.isoDate()),
  }),
  ack: v.array(AckRow),
  cold: v.object({ starts: v.array(ColdRow), packed: v.array(PackedRow) }),
  upload: v.array(UploadRow),
  growth: v.object({ inFlight: v.array(FlightRow), records: v.array(RecordsRow) }),
  codecs: v.array(CodecRow),
});
export type Results = v.InferOutput<typeof Results>;
