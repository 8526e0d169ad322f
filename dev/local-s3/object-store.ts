import type { ObjectFacts, StoredObject } from "./stored-object.ts";

/**
 * The objects of one bucket. All methods are synchronous, so that nothing happens between the check of an If-Match or
 * If-None-Match condition and the put.
 */
export interface ObjectStore {
  find: (key: string) => ObjectFacts | undefined;
  read: (facts: ObjectFacts) => StoredObject;
  put: (object: StoredObject) => void;
  delete: (key: string) => void;
  /** In UTF-8 byte order of the keys. JavaScript sorts by UTF-16. */
  inOrder: () => readonly ObjectFacts[];
}

/** Stores the bytes, in memory or in files. */
export interface Shelf {
  load: () => Iterable<ObjectFacts>;
  read: (key: string) => Buffer;
  write: (object: StoredObject) => void;
  remove: (key: string) => void;
}

export function createObjectStore(shelf: Shelf): ObjectStore {
  const index = new Map<string, ObjectFacts>();
  // Kept in order from the first listing on: sorting again after every put would take longer, the more there are.
  let ordered: ObjectFacts[] | undefined;
  for (const facts of shelf.load()) {
    index.set(facts.key, facts);
  }
  return {
    find: (key) => index.get(key),
    read: (facts) => ({ ...facts, body: shelf.read(facts.key) }),
    put(object) {
      shelf.write(object);
      const { body: _, ...facts } = object;
      const isNew = !index.has(facts.key);
      index.set(facts.key, facts);
      ordered?.splice(firstNotBelow(ordered, facts.key), isNew ? 0 : 1, facts);
    },
    delete(key) {
      if (!index.delete(key)) {
        return;
      }
      shelf.remove(key);
      ordered?.splice(firstNotBelow(ordered, key), 1);
    },
    inOrder: () => (ordered ??= sortByKeyBytes(index.values())),
  };
}

/** Returns the index of the first object, in byte order, whose key does not come before this one. */
export function firstNotBelow(ordered: readonly ObjectFacts[], key: string): number {
  const bytes = Buffer.from(key);
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const isBelow = Buffer.compare(Buffer.from(ordered[middle]?.key ?? ""), bytes) < 0;
    [low, high] = isBelow ? [middle + 1, high] : [low, middle];
  }
  return low;
}

function sortByKeyBytes(objects: Iterable<ObjectFacts>): ObjectFacts[] {
  return Array.from(objects, (facts) => ({ facts, bytes: Buffer.from(facts.key) }))
    .toSorted((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ facts }) => facts);
}
