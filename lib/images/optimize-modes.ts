/**
 * How an image is changed before it is published: not at all, to the same pixels in fewer bytes, or
 * to WebP.
 */
export const OPTIMIZE_MODES = ["off", "lossless", "webp"] as const;

export type OptimizeMode = (typeof OPTIMIZE_MODES)[number];
