/** By its first bytes, which say nothing of whether it is whole. */
export function beginsLikeImage(start: Uint8Array): boolean {
  const text = Buffer.from(start.subarray(0, 12)).toString("latin1");
  return SIGNATURES.some((signature) => signature.test(text));
}

/** PNG, JPG, GIF, WebP, and the brands of AVIF and HEIC. */
const SIGNATURES = [
  /^\x89PNG\r\n/u,
  /^\xff\xd8\xff/u,
  /^GIF8[79]a/u,
  /^RIFF[^]{4}WEBP/u,
  /^[^]{4}ftyp(?:avi[fs]|hei[cmsx]|hev[cmsx]|mif1|msf1)/u,
] as const;
