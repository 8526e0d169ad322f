/** `images/` + uuid + `.png` (CONTRACT: the extension comes from the bytes, never from a name). */
export function imageKey(prefix: string, uuid: string, extension: string): string {
  return `${prefix}${uuid}.${extension}`;
}

/** A narrower copy of an image: `images/` + uuid + `-640.webp`. */
export function variantKey(prefix: string, uuid: string, width: number): string {
  return `${prefix}${uuid}-${width}.webp`;
}

/** What the keys of an image and of its copies begin with, and no other key does. */
export function imageKeyPrefix(prefix: string, uuid: string): string {
  return `${prefix}${uuid}`;
}

/** Where a reader's browser finds the object: each segment of the key is percent-encoded. */
export function publicUrl(baseUrl: string, key: string): string {
  return `${baseUrl}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
