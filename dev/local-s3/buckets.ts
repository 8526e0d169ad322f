import { createObjectStore, type ObjectStore, type Shelf } from "./object-store.ts";

export interface Buckets {
  find: (name: string) => ObjectStore | undefined;
  /** Does nothing when the bucket exists. */
  create: (name: string) => void;
}

/** Holds one shelf per bucket. */
export interface ShelfRoom {
  names: () => string[];
  open: (bucket: string) => Shelf;
}

export function createBuckets(room: ShelfRoom): Buckets {
  const stores = new Map<string, ObjectStore>();
  for (const name of room.names()) {
    if (isBucketName(name)) {
      stores.set(name, createObjectStore(room.open(name)));
    }
  }
  return {
    find: (name) => stores.get(name),
    create(name) {
      if (!isBucketName(name)) {
        throw new RangeError(`Cannot create bucket ${name}: its name is not valid in S3`);
      }
      if (!stores.has(name)) {
        stores.set(name, createObjectStore(room.open(name)));
      }
    },
  };
}

/** A valid name is also a safe folder name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
}
