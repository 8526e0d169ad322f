import { readWebpFrame } from "./inspect-webp.ts";
import {
  ALPHA_FLAG,
  ANIMATION_FLAG,
  PROFILE_FLAG,
  RIFF_HEADER_BYTES,
  readWebpHeader,
  webpChunksIn,
} from "./webp-chunks.ts";
import { viewOf } from "../bytes.ts";

/**
 * If the header contradicts the image, Chromium mixes colour and alpha unlike any other decoder.
 */
export function isPlainWebp(bytes: Uint8Array): boolean {
  const header = readWebpHeader(bytes);
  if (header === undefined) {
    return true;
  }
  const { flags, width, height } = header;
  const end = 8 + viewOf(bytes).getUint32(4, true);
  const chunks = [...webpChunksIn(bytes, RIFF_HEADER_BYTES, end)];
  const types = new Set(chunks.map(({ type }) => type));
  if (types.has("ICCP") !== ((flags & PROFILE_FLAG) !== 0)) {
    return false;
  }
  if ((flags & ANIMATION_FLAG) !== 0) {
    return true;
  }
  const [frame] = chunks.flatMap((chunk) => readWebpFrame(bytes, chunk) ?? []);
  return (
    frame !== undefined &&
    (types.has("ALPH") || frame.hasAlpha) === ((flags & ALPHA_FLAG) !== 0) &&
    frame.width === width &&
    frame.height === height
  );
}
