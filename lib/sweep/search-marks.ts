import * as v from "valibot";
import { isoNow } from "../clock.ts";
import type { WorkPorts } from "../ports.ts";
import { RecordConflictError, STATE_HEADERS } from "../records/record-store.ts";
import { sweepStateKey } from "../records/state-keys.ts";

/** Where the search for lost messages got to in each channel. */
export interface SearchMarks {
  /** Slack's `ts`: every image message up to it is known to have a record. */
  of(channelId: string): string | undefined;
  /** Written at once. A mark only moves on: what another sweep searched meanwhile stays searched. */
  move(channelId: string, ts: string): Promise<void>;
  /** Epoch ms: when the records were last seen to be out of readers' reach. */
  readonly privateAtMs: number | undefined;
  /** That was now. */
  notePrivate(): Promise<void>;
  /** What version 1 left behind, until `upgrade` has forgotten it. */
  readonly left: LeftByVersion1 | undefined;
  upgrade(): Promise<void>;
}

export interface LeftByVersion1 {
  /** Epoch ms: records that were last written before are done, but for those in `open`. */
  checkedUntilMs: number;
  /** Keys of records. */
  open: readonly string[];
}

/** Marks that were never written, or cannot be read, begin anew: that costs time only. */
export async function readSearchMarks({ state, clock }: WorkPorts): Promise<SearchMarks> {
  const { bucket, prefix } = state;
  const key = sweepStateKey(prefix);
  const present = await read();
  const { left } = present;
  let { etag, stored } = present;

  async function read() {
    const object = await bucket.get(key);
    return { etag: object?.etag, ...parseState(object?.body.toString("utf8")) };
  }

  // Compare-and-swap until it holds.
  async function write(change: (stored: StateV2) => StateV2): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      stored = change(stored);
      const body = Buffer.from(JSON.stringify(stored));
      const condition = etag === undefined ? NEW : { ifMatch: etag };
      const result = await bucket.put(key, body, { ...STATE_HEADERS, ...condition });
      if (result.outcome === "stored") {
        etag = result.etag;
        return;
      }
      ({ etag, stored } = await read());
    }
    throw new RecordConflictError(`Cannot write ${key}: it keeps changing`);
  }

  return {
    of: (channelId) => stored.searchedUntil[channelId],
    get privateAtMs() {
      return stored.privateAt === undefined ? undefined : Date.parse(stored.privateAt);
    },
    notePrivate: () => write((latest) => ({ ...latest, privateAt: isoNow(clock) })),
    left,
    move: (channelId, ts) =>
      write(({ searchedUntil, ...others }) => {
        const mark = laterOf(ts, searchedUntil[channelId]);
        return { ...others, searchedUntil: { ...searchedUntil, [channelId]: mark } };
      }),
    upgrade: () => write((latest) => latest),
  };
}

const NEW = { ifNoneMatch: "*" } as const;
const MAX_ATTEMPTS = 5;

/** Slack's `ts` of that time: two of them compare as text. */
export function toTs(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000);
  const milliseconds = Math.floor(epochMs) - seconds * 1000;
  return `${seconds}.${String(milliseconds).padStart(3, "0")}000`;
}

export function laterOf(ts: string, other: string | undefined): string {
  return other === undefined || ts > other ? ts : other;
}

const StateV2 = v.object({
  version: v.literal(2),
  searchedUntil: v.record(v.string(), v.string()),
  privateAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});
type StateV2 = v.InferOutput<typeof StateV2>;
const StateV1 = v.object({
  version: v.literal(1),
  /** Epoch ms. */
  sweptUntilMs: v.record(v.string(), v.number()),
  checkedUntilMs: v.number(),
  open: v.array(v.string()),
});
const State = v.pipe(v.string(), v.parseJson(), v.variant("version", [StateV1, StateV2]));

function parseState(json: string | undefined): {
  stored: StateV2;
  left: LeftByVersion1 | undefined;
} {
  const parsed = v.safeParse(State, json);
  if (!parsed.success) {
    return { stored: { version: 2, searchedUntil: {} }, left: undefined };
  }
  const { output } = parsed;
  if (output.version === 2) {
    return { stored: output, left: undefined };
  }
  const marks = Object.entries(output.sweptUntilMs).map(([id, ms]) => [id, toTs(ms)] as const);
  return { stored: { version: 2, searchedUntil: Object.fromEntries(marks) }, left: output };
}
