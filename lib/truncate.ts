/** At most that many UTF-16 units, the last one an ellipsis where something was cut off. */
export function truncate(content: string, length: number): string {
  return content.length > length ? `${content.slice(0, length - 1)}…` : content;
}
