import type { ImageSize } from "../image-size.ts";
import { viewOf } from "../bytes.ts";
import {
  DESCRIPTOR_BYTES,
  EXTENSION,
  type GifBlock,
  IMAGE,
  TRAILER,
  colourTableBytes,
  gifBlocksOf,
} from "./gif-blocks.ts";

/** The bytes that may follow a complete image. Noise after a magic number fails here. */
const AFTER_IMAGE = new Set([EXTENSION, IMAGE, TRAILER, 0]);
/** LZW codes of at most 12 bits allow literals of at most 11. */
const MAX_CODE_BITS = 11;

/**
 * Chromium enlarges the screen until the first frame fits, and ignores how far later frames reach
 * beyond it.
 */
export function inspectGif(bytes: Uint8Array): ImageSize | undefined {
  const view = viewOf(bytes);
  const frame = firstFrameOf(bytes);
  if (!frame?.isWhole) {
    return undefined;
  }

  const { start: at, end } = frame;
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const data = at + DESCRIPTOR_BYTES + colourTableBytes(view.getUint8(at + 9));
  if (view.getUint8(data) > MAX_CODE_BITS) {
    return undefined;
  }
  const next = bytes[end];
  if (next !== undefined && !AFTER_IMAGE.has(next)) {
    return undefined;
  }
  return {
    width: Math.max(screen.width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true)),
    height: Math.max(screen.height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true)),
  };
}

/** Only extensions may precede the first frame. */
function firstFrameOf(bytes: Uint8Array): GifBlock | undefined {
  for (const block of gifBlocksOf(bytes)) {
    if (block.introducer === IMAGE) {
      return block;
    }
    if (block.introducer !== EXTENSION) {
      return undefined;
    }
  }
  return undefined;
}
