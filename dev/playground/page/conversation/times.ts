/** When a message was posted. */
export function dateOf(ts: string): Date {
  return new Date(Number(ts) * 1000);
}

export function formatTime(ts: string): string {
  return TIME.format(dateOf(ts));
}

export function formatMoment(ts: string): string {
  return MOMENT.format(dateOf(ts));
}

/** `Today`, `Yesterday`, `Thursday, November 26`. */
export function formatDay(ts: string, now: Date = new Date()): string {
  const day = dateOf(ts);
  const before = new Date(now);
  before.setDate(now.getDate() - 1);
  if (isSameDay(day, now)) {
    return "Today";
  }
  return isSameDay(day, before) ? "Yesterday" : DAY.format(day);
}

export function isSameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

const TIME = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });
