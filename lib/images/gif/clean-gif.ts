import { asciiAt, viewOf } from "../bytes.ts";
import { EXTENSION, IMAGE, TRAILER, endOfGifHeader, gifBlocksOf } from "./gif-blocks.ts";
import { type CleanImage, createCleaning } from "../image-cleaning.ts";
import { type KindsReader, type MetadataKind, createKindsReader } from "../metadata-kinds.ts";

const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
const APPLICATION_BYTES = 11;

const LOOPING = new Set(["NETSCAPE2.0", "ANIMEXTS1.0"]);
/** Holds the C2PA manifest. */
const CREDENTIALS = "C2PA_GIF\x01\0\0";

/**
 * Keeps the frames, their timing and the looping. ICC profiles (ICCRGBG1012) and plain text go,
 * because browsers ignore them and so nobody sees what they contain. Browsers stop at an unknown
 * block, and so does the copy.
 */
export function cleanGif(bytes: Uint8Array): CleanImage {
  const cleaning = createCleaning(bytes);
  if (asciiAt(bytes, 0, 3) !== "GIF") {
    throw new RangeError("Cannot find the start of a GIF");
  }
  const kindsOf = createKindsReader();
  cleaning.keep(0, endOfGifHeader(bytes));
  for (const { introducer, start, end } of gifBlocksOf(bytes)) {
    if (introducer === EXTENSION) {
      const keptBytes = extensionBytesToKeep(bytes, start);
      // An extension kept in part still needs the empty sub-block that ends it.
      cleaning.keep(start, start + keptBytes);
      if (keptBytes > 0) {
        cleaning.write(Uint8Array.of(0));
      } else {
        cleaning.drop(...kindsOfExtension(bytes.subarray(start, end), kindsOf));
      }
    } else if (introducer === IMAGE || introducer === 0) {
      // Some readers skip empty blocks and some stop there, so the rest must be clean as well.
      cleaning.keep(start, end);
    } else {
      cleaning.write(Uint8Array.of(TRAILER));
      if (introducer !== TRAILER || end < bytes.length) {
        cleaning.drop("other");
      }
    }
  }
  return cleaning.finish();
}

/**
 * Excludes the final empty sub-block. Browsers read only the first sub-block of timing and looping.
 */
function extensionBytesToKeep(bytes: Uint8Array, start: number): number {
  const view = viewOf(bytes);
  const label = view.getUint8(start + 1);
  const firstSubBlock = 2 + (view.getUint8(start + 2) === 0 ? 0 : 1 + view.getUint8(start + 2));
  if (label === GRAPHIC_CONTROL) {
    return firstSubBlock;
  }
  if (label !== APPLICATION || view.getUint8(start + 2) !== APPLICATION_BYTES) {
    return 0;
  }
  const application = asciiAt(bytes, start + 3, APPLICATION_BYTES);
  if (!LOOPING.has(application)) {
    return 0;
  }
  const length = view.getUint8(start + firstSubBlock);
  return firstSubBlock + (length === 0 ? 0 : 1 + length);
}

function kindsOfExtension(extension: Uint8Array, kindsOf: KindsReader): MetadataKind[] {
  const application = asciiAt(extension, 3, APPLICATION_BYTES);
  if (application === CREDENTIALS) {
    return ["credentials"];
  }
  return application === "XMP DataXMP" ? kindsOf(extension) : ["other"];
}
