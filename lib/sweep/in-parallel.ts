/** Side by side, so many at a time, in order. Rejects as `Promise.all` does, but when all have come to their end. */
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
