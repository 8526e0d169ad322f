import { type Credit, creditIn } from "../credit.ts";
import { APP13, SOS, headerSegments, isExif, xmpIn } from "./jpeg-segments.ts";

/** Reads the segments before the scan, where all programs look. */
export function readJpegCredit(bytes: Uint8Array): Credit | undefined {
  return creditIn(metadataIn(bytes));
}

function* metadataIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (const segment of headerSegments(bytes)) {
    const { marker, start, end } = segment;
    if (marker === SOS) {
      return;
    }
    const xmp = xmpIn(bytes, segment);
    if (xmp !== undefined) {
      yield xmp;
    } else if (marker === APP13 || isExif(bytes, segment)) {
      yield bytes.subarray(start, end);
    }
  }
}
