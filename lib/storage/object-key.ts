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

/**
 * The paths at the CDN of everything that begins with this prefix. A base URL with a path is
 * rewritten on its way to the bucket, and the CDN may know its copies by either path:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export function cdnPaths(baseUrl: string, keyPrefix: string): string[] {
  const { pathname } = new URL(publicUrl(baseUrl, keyPrefix));
  return [...new Set([publicUrl("", keyPrefix), pathname])].map((path) => `${path}*`);
}

/** The `Cache-Control` of images. A key is never reused, so browsers and CDNs may keep an image for a year. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
