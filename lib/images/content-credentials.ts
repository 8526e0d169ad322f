import { asciiAt, viewOf } from "./bytes.ts";

const LARGE_SIZE = 1;
const BOX_HEADER_BYTES = 8;

/**
 * Whether a JUMBF box (ISO/IEC 19566-5) holds a C2PA manifest store, according to its description
 * box.
 */
export function isContentCredentials(jumbf: Uint8Array): boolean {
  if (jumbf.length < 2 * BOX_HEADER_BYTES || asciiAt(jumbf, 4) !== "jumb") {
    return false;
  }
  const isLarge = viewOf(jumbf).getUint32(0) === LARGE_SIZE;
  const description = jumbf.subarray(isLarge ? 2 * BOX_HEADER_BYTES : BOX_HEADER_BYTES);
  return asciiAt(description, 4) === "jumd" && asciiAt(description, BOX_HEADER_BYTES) === "c2pa";
}
