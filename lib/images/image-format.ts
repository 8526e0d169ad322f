import type { Sharp } from "sharp";
import type { OpenImage } from "./codecs/open-image.ts";
import type { Credit } from "./credit.ts";
import type { Density } from "./density.ts";
import type { CleanImage } from "./image-cleaning.ts";
import type { ImageSize } from "./image-size.ts";

/**
 * One row of the table of formats: everything the app knows about a format. Its folder holds the
 * rest.
 */
export interface ImageFormat {
  /** The extension of the object key, without a dot. */
  extension: string;
  mediaType: string;
  /** Whether the file begins as files of this format do. The file may still be broken. */
  matches: (bytes: Uint8Array) => boolean;
  /**
   * The size in CSS pixels that an `<img>` without a size gets (`naturalWidth` and
   * `naturalHeight`). `undefined`: Chromium does not show the image. Throws a RangeError if the
   * file is cut short.
   */
  inspect: (bytes: Uint8Array) => ImageSize | undefined;
  /**
   * Removes metadata but writes the given credit. Throws a RangeError for a part whose purpose is
   * unknown.
   */
  clean: (bytes: Uint8Array, credit?: Credit) => CleanImage;
  /** Reads the credit, in formats that can keep it. Throws a RangeError for a broken file. */
  readCredit?: (bytes: Uint8Array) => Credit | undefined;
  /**
   * Whether the file is an animation, even one of a single frame. Throws a RangeError for a broken
   * file.
   */
  isAnimated: (bytes: Uint8Array) => boolean;
  /**
   * Whether libvips decodes the image to what browsers show, as far as the file tells. Established
   * by comparison with Chromium. Throws a RangeError for a broken file.
   */
  isDecodedAlike: (bytes: Uint8Array) => boolean;
  /**
   * Whether a gain map brightens the image on an HDR screen, in formats whose cleaning keeps one.
   * Never throws.
   */
  holdsGainMap?: (bytes: Uint8Array) => boolean;
  /** Reads the density, in formats that can declare one. */
  readDensity?: (bytes: Uint8Array) => Density | undefined;
  /**
   * Whether browsers rotate the image by its EXIF. `false` if they do not, or if the decoder
   * already does.
   */
  isTurnedByExif: boolean;
  /** Whether `OPTIMIZE=webp` converts this format. The others are modern already. */
  isWorthConverting: boolean;
  /** Encodes other pixels in the same format. `undefined`: the format cannot hold them. */
  encode: (pixels: Sharp, image: OpenImage, source: Uint8Array) => Sharp | undefined;
}
