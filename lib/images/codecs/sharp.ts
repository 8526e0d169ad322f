import sharp from "sharp";

/** The decoders for the five formats. Bytes from outside reach none of libvips' other decoders. */
const LOADERS = ["Jpeg", "Png", "Nsgif", "Webp", "Heif"] as const;

/**
 * Applies to the whole process. A function processes one image at a time, so it keeps no cache and
 * no extra threads.
 */
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}Buffer`) });

export { sharp };
