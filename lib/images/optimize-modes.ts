/** What happens to an image before it is published: nothing, the same pixels in fewer bytes, or WebP. */
export const OPTIMIZE_MODES = ["off", "lossless", "webp"] as const;

export type OptimizeMode = (typeof OPTIMIZE_MODES)[number];
