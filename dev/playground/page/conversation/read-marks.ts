import { useSyncExternalStore } from "react";
import type { Conversation, Message, Person } from "../../api.ts";

/** How far each person has read, kept by the browser: a conversation or thread → `ts`. */
type Marks = Readonly<Record<string, string>>;

/** Also tells the page of what another window has read. */
export function useReadMarks(person: Person): Marks {
  const stored = useSyncExternalStore(subscribe, () => localStorage.getItem(keyOf(person)) ?? "{}");
  return parse(stored);
}

export function markRead(person: Person, place: string, ts: string): void {
  const marks = parse(localStorage.getItem(keyOf(person)) ?? "{}");
  if (Number(marks[place] ?? 0) < Number(ts)) {
    localStorage.setItem(keyOf(person), JSON.stringify({ ...marks, [place]: ts }));
    listeners.forEach((tell) => tell());
  }
}

/** Replies count in their thread only, as in Slack; in a direct message everything counts. */
export function hasUnread({ id, kind, messages }: Conversation, marks: Marks, me: Person): boolean {
  return messages.some(
    (message) =>
      message.user !== me.id &&
      Number(message.ts) > Number(marks[id] ?? 0) &&
      (kind === "im" || isTopLevel(message)),
  );
}

/** The last message that somebody wrote, or that answers them alone. */
export function lastOwn(messages: readonly Message[], { id }: Person): string | undefined {
  return messages.findLast((one) => one.user === id || one.is_ephemeral === true)?.ts;
}

export function isTopLevel({ ts, thread_ts: thread, subtype }: Message): boolean {
  return thread === undefined || thread === ts || subtype === "thread_broadcast";
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

function keyOf({ id }: Person): string {
  return `playground-read-${id}`;
}

function parse(text: string): Marks {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([place, ts]) => [place, String(ts)]))
      : {};
  } catch {
    return {};
  }
}
