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
  let ordered: readonly ObjectFacts[] | undefined;
  for (const facts of shelf.load()) {
    index.set(facts.key, facts);
  }
  return {
    find: (key) => index.get(key),
    read: (facts) => ({ ...facts, body: shelf.read(facts.key) }),
    put(object) {
      shelf.write(object);
      const { body: _, ...facts } = object;
      index.set(facts.key, facts);
      ordered = undefined;
    },
    delete(key) {
      if (!index.delete(key)) {
        return;
      }
      shelf.remove(key);
      ordered = undefined;
    },
    inOrder: () => (ordered ??= sortByKeyBytes(index.values())),
  };
}

function sortByKeyBytes(objects: Iterable<ObjectFacts>): readonly ObjectFacts[] {
  return Array.from(objects, (facts) => ({ facts, bytes: Buffer.from(facts.key) }))
    .toSorted((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ facts }) => facts);
}
