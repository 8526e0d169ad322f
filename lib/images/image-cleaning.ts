import { METADATA_KINDS, type MetadataKind } from "./metadata-kinds.ts";

export interface CleanImage {
  bytes: Uint8Array;
  removed: readonly MetadataKind[];
}

export interface ImageCleaning {
  keep(start: number, end: number): void;
  /** Adds bytes. The caller may still fill in a size in these same bytes until `finish`. */
  write(bytes: Uint8Array): void;
  drop(...kinds: MetadataKind[]): void;
  /** The number of bytes written so far. */
  length(): number;
  finish(): CleanImage;
}

/** Written bytes, or the range of the source that stays. */
type Part = Uint8Array | { start: number; end: number };

/**
 * Joins the kept parts of a file in order, and copies nothing if all of them stay. Throws a
 * RangeError for a part that reaches past the end of the file.
 */
export function createCleaning(source: Uint8Array): ImageCleaning {
  const parts: Part[] = [];
  const dropped = new Set<MetadataKind>();
  let length = 0;
  return {
    keep(start, end) {
      if (end > source.length) {
        throw new RangeError("Cannot keep a part that was cut short");
      }
      const last = parts.at(-1);
      if (last !== undefined && "start" in last && last.end === start) {
        last.end = end;
      } else {
        parts.push({ start, end });
      }
      length += end - start;
    },
    write(bytes) {
      parts.push(bytes);
      length += bytes.length;
    },
    drop(...kinds) {
      for (const kind of kinds) {
        dropped.add(kind);
      }
    },
    length: () => length,
    finish: () => ({
      bytes: isMadeOf(source, parts) ? source : joined(source, parts),
      removed: METADATA_KINDS.filter((kind) => dropped.has(kind)),
    }),
  };
}

function isMadeOf(source: Uint8Array, parts: readonly Part[]): boolean {
  let at = 0;
  for (const part of parts) {
    const bytes = bytesOf(source, part);
    const end = at + bytes.length;
    const isItself = "start" in part && part.start === at;
    if (!isItself && Buffer.compare(bytes, source.subarray(at, end)) !== 0) {
      return false;
    }
    at = end;
  }
  return at === source.length;
}

function joined(source: Uint8Array, parts: readonly Part[]): Uint8Array {
  const all = parts.map((part) => bytesOf(source, part));
  const [first] = all;
  if (first !== undefined && all.length === 1) {
    return first;
  }
  const { buffer, byteOffset, length } = Buffer.concat(all);
  return new Uint8Array(buffer, byteOffset, length);
}

function bytesOf(source: Uint8Array, part: Part): Uint8Array {
  return "start" in part ? source.subarray(part.start, part.end) : part;
}
