/**
 * Thrown for a file with more parts than any real one. The file is refused as if it were cut short,
 * and no codec sees it.
 */
export class LimitError extends RangeError {
  override readonly name = "LimitError";
}

/**
 * The most parts that a file may have. A part can take as little as one byte, so a file of 50 MB
 * could have millions, and each costs up to a microsecond. "Seen" is the most that any of 3,500
 * real files has: those of exif-samples, metadata-extractor, ExifTool, Exiv2, libjpeg-turbo,
 * PngSuite, libwebp, libavif, libheif, libvips, sharp, Pillow, ImageSharp, ImageMagick, image-rs
 * and others. None of them is larger than 10 MB, so the limits leave room.
 */
export const PARSER_LIMITS = Object.freeze({
  // Seen: 52. A segment takes up to 64 kB, so 50 MB make 800.
  jpegSegments: 20_000,
  // Seen: 14. libjpeg-turbo's fuzzers stop at the same number (TJPARAM_SCANLIMIT).
  jpegScans: 500,
  // All bytes of 0xff: 16 in 1,000, or 54 if a restart marker follows each block. Seen: 38,000, in
  // 2.6 MB.
  jpegFill: 1_000_000,
  // Seen: 401, of 8 kB. libpng writes 8 kB of pixels per chunk, so 50 MB make 6,400.
  pngChunks: 20_000,
  // Seen: 1,038. A frame and its timing are two blocks: 6 minutes at 25 frames a second.
  gifBlocks: 20_000,
  // Seen: 5,777, in 1.5 MB. A sub-block holds up to 255 bytes, so 50 MB make 200,000.
  gifSubBlocks: 1_000_000,
  // Seen: 363. One per frame: 3 minutes at 25 frames a second.
  webpChunks: 5_000,
  // Seen: 2. A frame has its alpha and its image.
  webpFrameChunks: 8,
  // Seen: 86. Counts all depths of a file together. An image of 4,000 tiles has as many items, each
  // with its own box.
  boxes: 10_000,
  // Seen: 65. One per tile, and one or two for metadata.
  items: 10_000,
  // Seen: 65. Usually one per item.
  extents: 10_000,
  // From a grid to each of its tiles, and from each tile to its alpha.
  references: 20_000,
  // Seen: 2. The image and its alpha.
  tracks: 8,
  // Seen: 9. Per track: at least one, at most one per frame.
  sampleChunks: 20_000,
  // Per track, one for each frame: ten minutes at 25 frames a second are 15,000.
  samples: 20_000,
  // Counts the AV1 data of all images in a file. A frame has two or three: its header and its
  // tiles.
  obus: 100_000,
  // Seen: 1,151,000, compressed. The largest printer profiles have some 3 MB.
  profileBytes: 4 * 1024 * 1024,
});
