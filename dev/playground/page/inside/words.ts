/** 14:05:09.120 */
export function formatTime(epochMs: number): string {
  const time = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** 12 ms, 1.2 s, 74 s, 3 min */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) {
    return `${Math.round(durationMs)} ms`;
  }
  const seconds = durationMs / 1000;
  return seconds < 120
    ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
    : `${Math.round(seconds / 60)} min`;
}

/** Says what a screen reader announces for an image with this description and link. */
export function spokenAs({ alt, link }: { alt: string; link: string | undefined }): string {
  if (link !== undefined) {
    return alt === "" ? `“link, ${link}”` : `“link, image, ${alt}”`;
  }
  return alt === "" ? "Nothing: without a description the image is skipped." : `“image, ${alt}”`;
}

const REMOVED: Readonly<Record<string, string>> = {
  credentials: "content credentials",
  hdr: "HDR brightness",
  other: "other metadata",
};

/** The record's words for what was removed from an image, as a sentence has them. */
export function nameRemoved(kinds: readonly string[]): string {
  return kinds.length === 0
    ? "nothing was removed"
    : `removed: ${kinds.map((kind) => REMOVED[kind] ?? kind).join(", ")}`;
}
