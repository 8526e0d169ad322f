import * as v from "valibot";
import type { Bucket } from "../storage/s3.ts";

/** Where the last sweep got to, so that the next one asks only for what happened since. */
const SweepState = v.object({
  version: v.literal(1),
  /** By channel id, epoch ms: until then, every image message of the channel is known to have a record. */
  sweptUntilMs: v.record(v.string(), v.number()),
  /** Epoch ms: records that were last written before are done, but for those in `open`. */
  checkedUntilMs: v.number(),
  /** Keys of records that were not done. */
  open: v.array(v.string()),
});
export type SweepState = v.InferOutput<typeof SweepState>;

export interface SweepStateStore {
  read(): Promise<SweepState>;
  /** The last one to write is right enough: a sweep that begins earlier only looks at more. */
  write(state: SweepState): Promise<void>;
}

export function createSweepStateStore(bucket: Bucket, statePrefix: string): SweepStateStore {
  const key = `${statePrefix}reconcile.json`;
  return {
    async read() {
      const object = await bucket.get(key);
      const parsed = v.safeParse(
        v.pipe(v.string(), v.parseJson(), SweepState),
        object?.body.toString("utf8"),
      );
      return parsed.success
        ? parsed.output
        : { version: 1, sweptUntilMs: {}, checkedUntilMs: 0, open: [] };
    },
    async write(state) {
      const body = Buffer.from(JSON.stringify(state));
      await bucket.put(key, body, { contentType: "application/json", cacheControl: "no-store" });
    },
  };
}
