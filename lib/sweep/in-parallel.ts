/**
 * Runs `work` for each item in order, up to `width` at a time. Rejects like `Promise.all`, but only
 * after all have settled.
 */
export async function inParallel<Item>(
  items: Iterable<Item>,
  { width, work }: { width: number; work: (item: Item) => Promise<void> },
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  async function worker(): Promise<void> {
    for (let next = remaining.next(); next.done !== true; next = remaining.next()) {
      await work(next.value);
    }
  }
  const workers = Array.from({ length: width }, worker);
  await Promise.allSettled(workers);
  await Promise.all(workers);
}
