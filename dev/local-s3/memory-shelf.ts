import type { ShelfRoom } from "./buckets.ts";
import type { Shelf } from "./object-store.ts";

export function createMemoryRoom(): ShelfRoom {
  return { names: () => [], open: createMemoryShelf };
}

function createMemoryShelf(): Shelf {
  const bodies = new Map<string, Buffer>();
  return {
    load: () => [],
    read: (key) => bodies.get(key) ?? Buffer.alloc(0),
    write: ({ key, body }) => void bodies.set(key, body),
    remove: (key) => void bodies.delete(key),
  };
}
