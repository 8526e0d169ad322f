import type { Topic } from "./api.ts";

/** One server-sent event. */
export interface PageEvent {
  event: "changed" | "reload";
  data: string;
}

/** Tells the open pages which topics to read again. */
export interface Topics {
  emit(...topics: readonly Topic[]): void;
  /** Tells them that the page's own code changed. */
  reload(): void;
  /** Calls `listen` with each event. Returns a function that ends this. */
  subscribe(listen: (event: PageEvent) => void): () => void;
}

export const ALL_TOPICS: readonly Topic[] = ["slack", "stack", "store", "log", "timeline"];

/** One upload is some dozen requests: a page reads once for all of them. */
const DEBOUNCE_MS = 50;

export function createTopics(): Topics {
  const listeners = new Set<(event: PageEvent) => void>();
  const changed = new Set<Topic>();
  const tell = (event: PageEvent) => listeners.forEach((listen) => listen(event));
  return {
    emit(...topics) {
      if (changed.size === 0) {
        setTimeout(() => {
          tell(changedEvent([...changed]));
          changed.clear();
        }, DEBOUNCE_MS).unref();
      }
      topics.forEach((topic) => changed.add(topic));
    },
    reload: () => tell({ event: "reload", data: "{}" }),
    subscribe(listen) {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
  };
}

export function changedEvent(topics: readonly Topic[]): PageEvent {
  return { event: "changed", data: JSON.stringify({ topics }) };
}
