/**
 * Limits concurrent work across the process: callers beyond the capacity wait, first come, first
 * served.
 */
export interface Turns {
  /**
   * Waits for room and returns it once the work settles. Work that weighs more than the capacity
   * runs alone.
   */
  take<Result>(weight: number, work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(capacity: number): Turns {
  let free = capacity;
  const waiting: { weight: number; enter: () => void }[] = [];

  function admit(): void {
    for (let next = waiting[0]; next !== undefined && next.weight <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.weight;
      next.enter();
    }
  }

  return {
    async take(wanted, work) {
      const weight = Math.min(wanted, capacity);
      await new Promise<void>((enter) => {
        waiting.push({ weight, enter });
        admit();
      });
      try {
        return await work();
      } finally {
        free += weight;
        admit();
      }
    },
  };
}
