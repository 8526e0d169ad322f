import type { Calls } from "./orders.ts";

/** Counts calls by kind: a Web API method, or what is done to which kind of object. */
export function countCalls({
  slack,
  s3,
}: {
  slack: readonly { method: string; atMs: number }[];
  s3: readonly { method: string; key: string; query: Readonly<Record<string, string>> }[];
}): Calls {
  const calls: Record<string, number> = {};
  const count = (kind: string) => {
    calls[kind] = (calls[kind] ?? 0) + 1;
  };
  for (const { method } of slack) {
    count(method);
  }
  for (const { method, key, query } of s3) {
    const isList = query["list-type"] !== undefined;
    count(isList ? `LIST ${roomOf(query["prefix"] ?? "")}` : `${method} ${roomOf(key)}`);
  }
  const shown = slack.filter(({ method }) => SHOWING.has(method)).map(({ atMs }) => atMs);
  return { calls, shownMs: Math.max(0, ...shown) };
}

const SHOWING: ReadonlySet<string> = new Set(["chat.postMessage", "chat.update"]);

function roomOf(key: string): string {
  if (key.startsWith("images/")) {
    return "image";
  }
  if (key.startsWith("state/open/")) {
    return "marker";
  }
  return key.startsWith("state/messages/") ? "record" : "other state";
}
