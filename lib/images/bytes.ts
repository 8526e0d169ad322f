/**
 * A DataView over the bytes. Reading past the end throws a RangeError, which `inspectImage` takes
 * to mean that the file is cut short.
 */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same bytes as a Buffer, whose search methods are the fastest in Node. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads a chunk type or a signature; the text is shorter than `length` where the bytes end. */
export function asciiAt(bytes: Uint8Array, at: number, length = 4): string {
  const end = Math.min(at + length, bytes.length);
  let text = "";
  for (let index = at; index < end; index += 1) {
    text += String.fromCharCode(bytes[index] ?? 0);
  }
  return text;
}

/** Whether the range holds only zeros. Comparing buffers is far faster than checking each byte. */
export function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += ZEROS.length) {
    const part = bytes.subarray(at, Math.min(at + ZEROS.length, end));
    if (Buffer.compare(part, ZEROS.subarray(0, part.length)) !== 0) {
      return false;
    }
  }
  return true;
}

const ZEROS = new Uint8Array(64 * 1024);
