import type { Sharp } from "sharp";
import type { OpenImage } from "./codecs/open-image.ts";
import type { Credit } from "./credit.ts";
import type { Density } from "./density.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { ImageSize } from "./image-size.ts";

/** One row of the table of formats: all that the app knows of a format. Its room holds the rest. */
export interface ImageFormat {
  /** The end of an object key, without a dot. */
  extension: string;
  mediaType: string;
  /** Whether the file begins as files of this format do; it may be broken all the same. */
  matches: (bytes: Uint8Array) => boolean;
  /**
   * CSS pixels of an `<img>` without a size (`naturalWidth` and `naturalHeight`). `undefined`: Chromium shows nothing.
   * Throws a RangeError where the file was cut short.
   */
  inspect: (bytes: Uint8Array) => ImageSize | undefined;
  /** With the credit that is given, and no other. Throws a RangeError for what it cannot tell the use of. */
  clean: (bytes: Uint8Array, credit?: Credit) => CleanImage;
  /** Formats that keep the credit have it. Throws a RangeError for a broken file. */
  readCredit?: (bytes: Uint8Array) => Credit | undefined;
  /** Whether the file is made to move, even if it has one frame only. Throws a RangeError for a broken file. */
  isAnimated: (bytes: Uint8Array) => boolean;
  /**
   * Whether libvips makes of an image what browsers show, as far as the file tells. Found by comparing it with Chromium.
   * Throws a RangeError for a broken file.
   */
  isDecodedAlike: (bytes: Uint8Array) => boolean;
  /** Whether a gain map makes it brighter on an HDR screen, in formats whose cleaning keeps one. Never throws. */
  holdsGainMap?: (bytes: Uint8Array) => boolean;
  /** The file may say how many dots an inch has. */
  readDensity?: (bytes: Uint8Array) => Density | undefined;
  /** Whether browsers turn the image by its EXIF; `false` where they do not, or where the decoder turns it by itself. */
  isTurnedByExif: boolean;
  /** Whether `OPTIMIZE=webp` converts it: the others are modern already. */
  isWorthConverting: boolean;
  /** The same format again, of other pixels. `undefined`: the format cannot hold them. */
  encode: (pixels: Sharp, image: OpenImage, source: Uint8Array) => Sharp | undefined;
}
