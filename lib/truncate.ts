/** Cuts text to a number of UTF-16 units, the last one an ellipsis if anything was cut. */
export function truncate(content: string, length: number): string {
  return content.length > length ? `${content.slice(0, length - 1)}…` : content;
}
