import type { StackClock } from "../stack/stack-clock.ts";
import type { Exchange } from "./api.ts";
import type { Topics } from "./topics.ts";

/** The acts of people, for the timeline. The local servers record all other requests themselves. */
export interface Acts {
  /** Oldest first. */
  list(): readonly Act[];
  note<Result extends { status: number }>(
    what: Pick<Act, "from" | "to" | "what">,
    carryOut: () => Promise<Result>,
  ): Promise<Result>;
}

export type Act = Omit<Exchange, "id">;

const MAX_ACTS = 500;

export function createActs({ clock, topics }: { clock: StackClock; topics: Topics }): Acts {
  const acts: Act[] = [];
  return {
    list: () => acts,
    async note(what, carryOut) {
      const startedMs = performance.now();
      const act: Act = { ...what, startedAtMs: clock.now() };
      acts.push(act);
      acts.splice(0, acts.length - MAX_ACTS);
      topics.emit("timeline");
      let status = 0;
      try {
        const result = await carryOut();
        ({ status } = result);
        return result;
      } finally {
        Object.assign(act, { status, durationMs: performance.now() - startedMs });
        topics.emit("timeline");
      }
    },
  };
}
