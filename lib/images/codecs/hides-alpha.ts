import { readWebpFrame } from "../webp/inspect-webp.ts";
import { RIFF_HEADER_BYTES, webpChunksIn } from "../webp/webp-chunks.ts";
import type { CodecLimits } from "./open-image.ts";
import { sharp } from "./sharp.ts";

/** RFC 9649, 3.4: the alpha bit is in the last byte of the header, after the signature. */
const ALPHA_BYTE = 4;
const ALPHA_BIT = 0x10;
const OPAQUE = 255;

/**
 * Whether a lossless WebP has transparent pixels but its header denies it. libvips believes the
 * header; Chromium shows the transparency, in colours of its own. Only the pixels reveal it.
 */
export async function hidesAlpha(
  webp: Uint8Array,
  { maxPixels, timeoutSeconds }: CodecLimits,
): Promise<boolean> {
  const admitting = new Uint8Array(webp);
  for (const chunk of webpChunksIn(webp, RIFF_HEADER_BYTES, webp.length)) {
    if (chunk.type !== "VP8L" || readWebpFrame(webp, chunk)?.hasAlpha) {
      continue;
    }
    const at = chunk.start + ALPHA_BYTE;
    admitting[at] = (webp[at] ?? 0) | ALPHA_BIT;
    const image = sharp(admitting, { limitInputPixels: maxPixels, failOn: "warning" });
    const alpha = await image
      .timeout({ seconds: timeoutSeconds })
      .extractChannel(3)
      .raw()
      .toBuffer();
    return alpha[0] !== OPAQUE || !alpha.subarray(1).equals(alpha.subarray(0, -1));
  }
  return false;
}
