import type { ImageSize } from "../image-size.ts";
import { viewOf } from "../bytes.ts";
import { densityCorrectedSize, orientedSize, parseExif } from "../exif.ts";
import { frameSize, isFrame } from "./jpeg-frame.ts";
import { EXIF_SIGNATURE_BYTES, type JpegSegment, headerSegments, isExif } from "./jpeg-segments.ts";

/**
 * The frames that libjpeg-turbo decodes, at 8 bits: baseline, extended, progressive, and the last
 * two with arithmetic coding.
 */
const DECODABLE_FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca]);
const DECODABLE_COMPONENTS = new Set([1, 3, 4]);
const MAX_SIDE = 65_500;

/**
 * Chromium takes the first EXIF segment before the scan, usable or not, and ignores further ones
 * and XMP. It corrects the size by the EXIF resolution, then rotates by the EXIF orientation. It
 * refuses a height of 0 (DNL).
 */
export function inspectJpeg(bytes: Uint8Array): ImageSize | undefined {
  let frame: JpegSegment | undefined;
  let app1: JpegSegment | undefined;
  for (const segment of headerSegments(bytes)) {
    if (isFrame(segment)) {
      if (frame !== undefined || !isDecodable(bytes, segment)) {
        return undefined;
      }
      frame = segment;
    }
    if (isExif(bytes, segment)) {
      app1 ??= segment;
    }
  }
  if (frame === undefined) {
    return undefined;
  }
  const stored = frameSize(bytes, frame);
  if (Math.max(stored.width, stored.height) > MAX_SIDE) {
    return undefined;
  }
  if (app1 === undefined) {
    return stored;
  }
  const exif = parseExif(bytes.subarray(app1.start + EXIF_SIGNATURE_BYTES, app1.end));
  return orientedSize(exif, densityCorrectedSize(exif, stored));
}

function isDecodable(bytes: Uint8Array, { marker, start, end }: JpegSegment): boolean {
  const view = viewOf(bytes);
  const components = view.getUint8(start + 5);
  return (
    DECODABLE_FRAMES.has(marker) &&
    view.getUint8(start) === 8 &&
    DECODABLE_COMPONENTS.has(components) &&
    end - start === 6 + 3 * components
  );
}
