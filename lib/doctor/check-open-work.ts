import { createMarkerStore, type ListedMarker } from "../records/marker-store.ts";
import { inParallel } from "../sweep/in-parallel.ts";
import { type Check, failed, passed } from "./check.ts";
import type { DoctorPorts } from "./doctor-ports.ts";
import { askStore } from "./store-failure.ts";

const NAME = "work.open";

/** Counts the promises that are not kept yet. A daily sweep finishes each within a day. */
export function checkOpenWork({ state, clock }: DoctorPorts): Promise<Check> {
  return askStore(NAME, async () => {
    const markers = createMarkerStore(state);
    const listed: ListedMarker[] = [];
    for await (const marker of markers.list()) {
      listed.push(marker);
    }
    if (listed.length === 0) {
      return passed(NAME, "No work is open.");
    }
    let oldestMs = Math.min(...listed.map(({ writtenAt }) => writtenAt.getTime()));
    // A sweep writes a marker anew, so its own date may be too young.
    await inParallel(listed.slice(0, MAX_READ), {
      width: AT_ONCE,
      async work({ ref, id }) {
        const marker = await markers.read(ref, id);
        oldestMs = Math.min(oldestMs, Date.parse(marker?.promisedAt ?? "") || oldestMs);
      },
    });
    const what = describe(listed.length, oldestMs);
    return clock.now() - oldestMs <= MAX_AGE_MS ? passed(NAME, what) : failed(NAME, what, REMEDY);
  });
}

const MAX_READ = 500;
const AT_ONCE = 8;
/** A day between two sweeps, and time for the sweep. */
export const MAX_AGE_MS = 26 * 3_600_000;
const REMEDY =
  "Run `npm run reconcile`, then schedule the sweep; if the work stays open, the function log says why.";

function describe(count: number, oldestMs: number): string {
  const pieces = count === 1 ? "1 piece of work is" : `${count} pieces of work are`;
  return `${pieces} open, since ${new Date(oldestMs).toISOString()}.`;
}
