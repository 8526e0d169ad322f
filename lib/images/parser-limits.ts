/** A file has more parts than any real one: it is refused as if it were cut short, and no codec is to see it. */
export class LimitError extends RangeError {
  override readonly name = "LimitError";
}

/**
 * How many parts a file may be made of, whatever it says: a part can take as little as one byte, so a file of 50 MB could
 * have millions, and each costs up to a microsecond. With each limit, the most that one of 3,500 real files has: those of
 * exif-samples, metadata-extractor, ExifTool, Exiv2, libjpeg-turbo, PngSuite, libwebp, libavif, libheif, libvips, sharp,
 * Pillow, ImageSharp, ImageMagick, image-rs and others. None of them is larger than 10 MB, so there is room.
 */
export const PARSER_LIMITS = Object.freeze({
  // Seen: 52. A segment takes up to 64 kB, so 50 MB of them are 800.
  jpegSegments: 20_000,
  // Seen: 14. The fuzzers of libjpeg-turbo stop at as many (TJPARAM_SCANLIMIT).
  jpegScans: 500,
  // All bytes of 0xff: 16 in 1,000, or 54 where a restart marker follows on each block. Seen: 38,000, in 2.6 MB.
  jpegFill: 1_000_000,
  // Seen: 401, of 8 kB. libpng writes 8 kB of pixels to a chunk, which makes 6,400 in 50 MB.
  pngChunks: 20_000,
  // Seen: 1,038. A frame and its timing are two: 6 minutes at 25 frames a second.
  gifBlocks: 20_000,
  // Seen: 5,777, in 1.5 MB. They hold 255 bytes, which makes 200,000 in 50 MB.
  gifSubBlocks: 1_000_000,
  // Seen: 363. One for each frame: 3 minutes at 25 frames a second.
  webpChunks: 5_000,
  // Seen: 2. A frame has its alpha and its image.
  webpFrameChunks: 8,
  // Seen: 86. In all depths of a file together. An image of 4,000 tiles has as many items, each with a box of its own.
  boxes: 10_000,
  // Seen: 65. One for each tile, and one or two for metadata.
  items: 10_000,
  // Seen: 65. One for each item, as a rule.
  extents: 10_000,
  // From a grid to each of its tiles, and from each to its alpha.
  references: 20_000,
  // Seen: 2. The image and its alpha.
  tracks: 8,
  // Seen: 9. In each track: one at least, one for each frame at most.
  sampleChunks: 20_000,
  // In each track: one for each frame, and ten minutes at 25 frames a second are 15,000.
  samples: 20_000,
  // All images of a file together, in AV1. A frame has two or three: its header and its tiles.
  obus: 100_000,
  // Seen: 1,151,000, compressed. The largest of those for printers have some 3 MB.
  profileBytes: 4 * 1024 * 1024,
});
