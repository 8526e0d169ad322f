import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { ShelfRoom } from "./buckets.ts";
import type { Shelf } from "./object-store.ts";
import type { ObjectFacts, StoredObject } from "./stored-object.ts";

/**
 * Keeps each object in `directory/buckets/BUCKET/SHA256-OF-THE-KEY`: one line of JSON, then the body.
 *
 * An object is a single file, so that a rename replaces body and metadata together: a process that dies leaves
 * either the old object or the new one. File names are hashes because keys may contain slashes or "..", may be
 * 1,024 bytes long, and may differ only in case, which some file systems ignore.
 */
export function openDiskRoom(directory: string): ShelfRoom {
  const buckets = join(directory, "buckets");
  const unfinished = join(directory, "unfinished");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  mkdirSync(buckets, { recursive: true });
  return {
    names: () => readdirSync(buckets),
    open(bucket) {
      mkdirSync(join(buckets, bucket), { recursive: true });
      return createDiskShelf(join(buckets, bucket), unfinished);
    },
  };
}

function createDiskShelf(folder: string, unfinished: string): Shelf {
  return {
    load: () =>
      readdirSync(folder)
        .filter(isObjectFile)
        .map((name) => readFacts(join(folder, name))),
    read(key) {
      const file = readFileSync(join(folder, fileName(key)));
      return file.subarray(file.indexOf("\n") + 1);
    },
    write(object) {
      const temporary = join(unfinished, randomUUID());
      writeFileSync(temporary, renderFile(object));
      renameSync(temporary, join(folder, fileName(object.key)));
    },
    remove: (key) => rmSync(join(folder, fileName(key))),
  };
}

function fileName(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function isObjectFile(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

function renderFile({ body, ...facts }: StoredObject): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(facts)}\n`), body]);
}

const FactsSchema = v.object({
  key: v.string(),
  etag: v.string(),
  sizeBytes: v.number(),
  lastModifiedMs: v.number(),
  contentType: v.string(),
  cacheControl: v.optional(v.string()),
  contentDisposition: v.optional(v.string()),
  contentEncoding: v.optional(v.string()),
  metadata: v.record(v.string(), v.string()),
});

/** Reads only the first line, so that starting is fast. */
function readFacts(path: string): ObjectFacts {
  const file = openSync(path, "r");
  try {
    let head = Buffer.alloc(0);
    while (!head.includes("\n")) {
      const chunk = Buffer.alloc(4096);
      const read = readSync(file, chunk);
      if (read === 0) {
        throw new SyntaxError(`Cannot read stored object ${path}: no first line`);
      }
      head = Buffer.concat([head, chunk.subarray(0, read)]);
    }
    return v.parse(FactsSchema, JSON.parse(head.toString("utf8", 0, head.indexOf("\n"))));
  } finally {
    closeSync(file);
  }
}
