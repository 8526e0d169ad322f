/** A view whose reads throw a RangeError past the end, which `inspectImage` takes as "the file is cut short". */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The text of a chunk's type or a signature; shorter than `length` where the bytes end. */
export function asciiAt(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
