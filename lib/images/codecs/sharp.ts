import sharp from "sharp";

/** Of all that libvips can read, the five formats: bytes from outside reach no other decoder. */
const LOADERS = ["Jpeg", "Png", "Nsgif", "Webp", "Heif"] as const;

/** Settings of the process. A function takes an image at a time; what it took stays small and no thread stays behind. */
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}Buffer`) });

export { sharp };
