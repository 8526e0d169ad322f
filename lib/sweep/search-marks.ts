import * as v from "valibot";
import { isoNow } from "../clock.ts";
import type { WorkPorts } from "../ports.ts";
import { RecordConflictError, STATE_HEADERS } from "../records/record-store.ts";
import { sweepStateKey } from "../records/state-keys.ts";

/** How far the search for lost messages has come in each channel. */
export interface SearchMarks {
  /** Slack's `ts`: all messages with images up to it are known to have records. */
  of(channelId: string): string | undefined;
  /** Writes at once. A mark never moves back, so another sweep's progress stays. */
  move(channelId: string, ts: string): Promise<void>;
  /** Epoch ms: when readers were last seen unable to reach the records. */
  readonly privateAtMs: number | undefined;
  /** Notes that readers cannot reach the records now. */
  notePrivate(): Promise<void>;
  /** The leftovers of version 1, until `upgrade` removes them. */
  readonly left: LeftByVersion1 | undefined;
  upgrade(): Promise<void>;
}

export interface LeftByVersion1 {
  /** Epoch ms: records last written before this are done, except those in `open`. */
  checkedUntilMs: number;
  /** Keys of records. */
  open: readonly string[];
}

/** Reads the marks. Missing or unreadable marks start over, which only costs time. */
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

  // Repeats compare-and-swap until it succeeds.
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

/** Slack's `ts` for a time. Two of them compare as text. */
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
