/** Decimal, as file managers and Slack show it: "840 B", "84 kB", "1.8 MB". */
export function formatBytes(sizeBytes: number): string {
  const exponent = Math.min(Math.floor(Math.log10(Math.max(sizeBytes, 1)) / 3), UNITS.length - 1);
  const value = sizeBytes / 1000 ** exponent;
  const digits = exponent > 0 && value < 10 ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${UNITS[exponent]}`;
}

/** "1200 × 630" */
export function formatPixels({ width, height }: { width: number; height: number }): string {
  return `${width} × ${height}`;
}

/** As people call it: "JPG" for `image/jpeg`. */
export function formatMediaType(mediaType: string): string {
  const name = mediaType.replace(/^image\//u, "");
  return NAMES.get(name) ?? name.toUpperCase();
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["jpeg", "JPG"],
  ["webp", "WebP"],
]);

const UNITS = ["B", "kB", "MB", "GB"] as const;
