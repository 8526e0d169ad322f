/**
 * Formats bytes in units of 1024, as `MAX_IMAGE_BYTES` is usually set: "840 B", "82 kB", "1.8 MB".
 * Shows at most three digits, and one after the point.
 */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (round(value, unit) >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${round(value, unit)} ${UNITS[unit]}`;
}

/** "1200 × 630" */
export function formatPixels({ width, height }: { width: number; height: number }): string {
  return `${width} × ${height}`;
}

/** The everyday name: "JPG" for `image/jpeg`. */
export function formatMediaType(mediaType: string): string {
  const name = mediaType.replace(/^image\//u, "");
  return NAMES.get(name) ?? name.toUpperCase();
}

function round(value: number, unit: number): number {
  return Number(value.toFixed(unit > 0 && value < 10 ? 1 : 0));
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["jpeg", "JPG"],
  ["webp", "WebP"],
]);

const UNITS = ["B", "kB", "MB", "GB"] as const;
