/** `images/` + uuid + `.png`. The extension comes from the bytes, never from a name. */
export function imageKey(prefix: string, uuid: string, extension: string): string {
  return `${prefix}${uuid}.${extension}`;
}

/** The key of a variant: `images/` + uuid + `-640.webp`. */
export function variantKey(prefix: string, uuid: string, width: number): string {
  return `${prefix}${uuid}-${width}.webp`;
}

/** The prefix that the keys of an image and its copies share with no other key. */
export function imageKeyPrefix(prefix: string, uuid: string): string {
  return `${prefix}${uuid}`;
}

/** The address for readers' browsers, with each segment of the key percent-encoded. */
export function publicUrl(baseUrl: string, key: string): string {
  return `${baseUrl}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** The `Cache-Control` of images. A key is never reused, so browsers and CDNs may keep an image for a year. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
