import { unlessBroken } from "../unless-broken.ts";
import { asciiAt } from "../bytes.ts";
import { xmpValuesOf } from "../xmp.ts";
import { APP2, headerSegments, xmpIn } from "./jpeg-segments.ts";

const ISO_GAIN_MAP = "urn:iso:std:iso:ts:21496:-1\0";
const IMAGE_START = Buffer.of(0xff, 0xd8, 0xff);

/**
 * A camera appends a preview and a gain map. A video may follow, in which any bytes may look like
 * an image.
 */
const MAX_IMAGES = 8;
const MAX_HEADER_BYTES = 256 * 1024;

/**
 * Whether any image after the first is a gain map (Ultra HDR, ISO 21496-1, Apple), according to the
 * first image or to itself. `end` is the end of the first image.
 */
export function hasGainMap(bytes: Uint8Array, end: number): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = buffer.indexOf(IMAGE_START, end);
  if (at === -1) {
    return false;
  }
  if (tellsOfGainMap(bytes)) {
    return true;
  }
  for (let left = MAX_IMAGES; left > 0 && at !== -1; left -= 1) {
    if (tellsOfGainMap(bytes.subarray(at))) {
      return true;
    }
    at = buffer.indexOf(IMAGE_START, at + 1);
  }
  return false;
}

function tellsOfGainMap(jpeg: Uint8Array): boolean {
  // A header that is broken or implausibly long counts as no header.
  return unlessBroken(() => {
    for (const segment of headerSegments(jpeg.subarray(0, MAX_HEADER_BYTES))) {
      const isIso =
        segment.marker === APP2 &&
        asciiAt(jpeg, segment.start, ISO_GAIN_MAP.length) === ISO_GAIN_MAP;
      const xmp = xmpIn(jpeg, segment);
      if (isIso || (xmp && isOfGainMap(xmp))) {
        return true;
      }
    }
    return false;
  }, false);
}

function isOfGainMap(xmp: Uint8Array): boolean {
  for (const { property } of xmpValuesOf(xmp)) {
    if (/^(?:hdrgm|HDRGainMap):/.test(property)) {
      return true;
    }
  }
  return false;
}
