import { asciiAt, viewOf } from "../bytes.ts";

const HEVC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const HEIF_BRANDS = new Set(["mif1", "msf1"]);
const AVIF_BRANDS = new Set(["avif", "avis"]);
const MAX_BRANDS = 1024;

/** Checks only the brands, so the file may still be broken. A file may name both AVIF and HEIC. */
export function isAvif(bytes: Uint8Array): boolean {
  return brandsOf(bytes).some((brand) => AVIF_BRANDS.has(brand));
}

/** Checks only the brands, so the file may still be broken. */
export function isHeic(bytes: Uint8Array): boolean {
  const brands = brandsOf(bytes);
  if (brands.some((brand) => HEVC_BRANDS.has(brand))) {
    return true;
  }
  return brands.some((brand) => HEIF_BRANDS.has(brand)) && !isAvif(bytes);
}

/** ISO/IEC 14496-12, 4.3: the major brand, its version, the compatible brands. */
export function brandsOf(bytes: Uint8Array): string[] {
  if (bytes.length < 16 || asciiAt(bytes, 4) !== "ftyp") {
    return [];
  }
  const end = Math.min(viewOf(bytes).getUint32(0), bytes.length, 8 + 4 * MAX_BRANDS);
  const count = Math.max(0, Math.floor((end - 8) / 4));
  return Array.from({ length: count }, (_, index) => asciiAt(bytes, 8 + 4 * index)).filter(
    (_, index) => index !== 1,
  );
}
