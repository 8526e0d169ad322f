/**
 * How many parts a file may be made of, whatever it says: a part can take as little as one byte, so a file of 50 MB could
 * have millions, and each costs about a microsecond. Beside each limit stands what real files have; whatever has more is
 * refused as if it were cut short, by a RangeError.
 */
export const PARSER_LIMITS = Object.freeze({
  // A segment takes up to 64 kB, so 50 MB of them are 800.
  jpegSegments: 20_000,
  // Progressive files have about ten. The fuzzers of libjpeg-turbo stop at as many (TJPARAM_SCANLIMIT).
  jpegScans: 500,
  // libpng writes 8 kB of pixels to a chunk: 6,400 in 50 MB. There is room for chunks of 1 kB.
  pngChunks: 50_000,
  // A frame and its timing are two; sub-blocks are not counted. Half an hour at 25 frames a second.
  gifBlocks: 100_000,
  // One for each frame: ten minutes at 25 frames a second are 15,000.
  webpChunks: 20_000,
  // A frame has its alpha and its image.
  webpFrameChunks: 8,
  // In all depths of a file together. An image of 4,000 tiles has as many items, each with a box of its own.
  boxes: 10_000,
  // One for each tile, and one or two for metadata.
  items: 10_000,
  // One for each item, as a rule.
  extents: 20_000,
  // From a grid to each of its tiles, and from each to its alpha.
  references: 20_000,
  // The image and its alpha.
  tracks: 8,
  // In each track: one at least, one for each frame at most.
  sampleChunks: 20_000,
  // In each track: one for each frame, and ten minutes at 25 frames a second are 15,000.
  samples: 20_000,
  // Of AV1, in all images of a file together. A frame has two or three: its header and its tiles.
  obus: 100_000,
});
