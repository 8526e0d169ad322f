import * as v from "valibot";
import type { RecordRef } from "./record-ref.ts";
import { STATE_HEADERS, type StatePlace } from "./record-store.ts";
import { markerKey, openFolder, parseMarkerKey } from "./state-keys.ts";

const Intent = v.picklist(["upload", "edit", "deletion", "retry"]);
export type Intent = v.InferOutput<typeof Intent>;

const Marker = v.object({
  version: v.literal(1),
  intent: Intent,
  /** ISO 8601, by the clock of the function that made the promise. */
  promisedAt: v.pipe(v.string(), v.isoTimestamp()),
  /** How many sweeps began this work without reaching an end that they could report. */
  attempts: v.number(),
  /** ISO 8601: the last time that a sweep began this work. */
  triedAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});

/** One promise that is not kept yet. */
export type Marker = v.InferOutput<typeof Marker>;

export interface ListedMarker {
  ref: RecordRef;
  id: string;
  writtenAt: Date;
}

/**
 * The list of open work: one small object per promise. Only markers are written without a
 * condition, because each has an id of its own and writing one twice is harmless.
 */
export interface MarkerStore {
  write(ref: RecordRef, id: string, marker: Marker): Promise<void>;
  /** `undefined`: the marker is gone or unreadable. */
  read(ref: RecordRef, id: string): Promise<Marker | undefined>;
  remove(ref: RecordRef, id: string): Promise<void>;
  /** Lists the markers of one record consecutively. */
  list(): AsyncIterable<ListedMarker>;
}

export function createMarkerStore({ bucket, prefix }: StatePlace): MarkerStore {
  return {
    async write(ref, id, marker) {
      const body = Buffer.from(JSON.stringify(marker));
      await bucket.put(markerKey(prefix, ref, id), body, STATE_HEADERS);
    },
    async read(ref, id) {
      const object = await bucket.get(markerKey(prefix, ref, id));
      const stored = v.pipe(v.string(), v.parseJson(), Marker);
      const parsed = v.safeParse(stored, object?.body.toString("utf8"));
      return parsed.success ? parsed.output : undefined;
    },
    remove: (ref, id) => bucket.delete(markerKey(prefix, ref, id)),
    async *list() {
      for await (const { key, lastModified } of bucket.list(openFolder(prefix))) {
        const marker = parseMarkerKey(prefix, key);
        if (marker !== undefined) {
          yield { ...marker, writtenAt: lastModified };
        }
      }
    },
  };
}

export function newMarker(intent: Intent, now: string): Marker {
  return { version: 1, intent, promisedAt: now, attempts: 0 };
}
