import { METADATA_KINDS, type MetadataKind } from "./metadata-kinds.ts";

export interface CleanImage {
  bytes: Uint8Array;
  removed: readonly MetadataKind[];
}

export interface ImageCleaning {
  keep(start: number, end: number): void;
  write(bytes: Uint8Array): void;
  drop(...kinds: MetadataKind[]): void;
  /** How many bytes are written so far. */
  length(): number;
  /** Sets a size that was not known when it was written. */
  overwrite(at: number, bytes: Uint8Array): void;
  finish(): CleanImage;
}

// A part that is written anew may take a few bytes more than the one it replaces.
const SPARE_BYTES = 64;

/** Copies the parts of a file that stay, in order. Throws a RangeError where a part reaches past the end of the file. */
export function createCleaning(source: Uint8Array): ImageCleaning {
  let output = new Uint8Array(source.length + SPARE_BYTES);
  const dropped = new Set<MetadataKind>();
  let length = 0;
  const write = (bytes: Uint8Array) => {
    if (length + bytes.length > output.length)
      output = Buffer.concat([output], 2 * output.length + bytes.length);
    output.set(bytes, length);
    length += bytes.length;
  };
  return {
    write,
    keep(start, end) {
      if (end > source.length) throw new RangeError("Cannot keep a part that was cut short");
      write(source.subarray(start, end));
    },
    drop(...kinds) {
      for (const kind of kinds) dropped.add(kind);
    },
    length: () => length,
    overwrite: (at, bytes) => output.set(bytes, at),
    finish() {
      const bytes = output.subarray(0, length);
      return {
        bytes: Buffer.compare(bytes, source) === 0 ? source : bytes,
        removed: METADATA_KINDS.filter((kind) => dropped.has(kind)),
      };
    },
  };
}
