import { useSyncExternalStore } from "react";

/** `#/CHANNEL` or `#/CHANNEL/TS` with a thread beside it: an address that one can keep, and go back from. */
export interface Route {
  channel: string | undefined;
  thread: string | undefined;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const [channel = "", thread = ""] = hash.replace(/^#\/?/u, "").split("/");
  return {
    channel: channel === "" ? undefined : channel,
    thread: thread === "" ? undefined : thread,
  };
}

export function hrefOf(channel: string, thread?: string): string {
  return thread === undefined ? `#/${channel}` : `#/${channel}/${thread}`;
}

export function goTo(channel: string, thread?: string): void {
  location.hash = hrefOf(channel, thread);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
