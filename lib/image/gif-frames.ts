import { viewOf } from "./bytes.ts";

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const HEADER_BYTES = 13;
const DESCRIPTOR_BYTES = 10;

/** Where the descriptor of each frame starts. Throws a RangeError where the file ends in the middle of one. */
export function* gifFramesOf(bytes: Uint8Array): Generator<number> {
  const view = viewOf(bytes);
  let at = HEADER_BYTES + colourTableBytes(view.getUint8(10));
  while (at < bytes.length) {
    const introducer = view.getUint8(at);
    if (introducer === IMAGE) {
      const data = at + DESCRIPTOR_BYTES + colourTableBytes(view.getUint8(at + 9));
      yield at;
      at = afterSubBlocks(bytes, data + 1);
    } else if (introducer === EXTENSION) at = afterSubBlocks(bytes, at + 2);
    // Some readers pass over empty blocks.
    else if (introducer === 0) at += 1;
    else return;
  }
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

function afterSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let size = bytes[at]; size; size = bytes[at]) at += 1 + size;
  return at + 1;
}
