import { flagAt, type JsonObject, numberAt, textAt } from "../../json.ts";
import { Refusal } from "../../refusal.ts";
import type { Message } from "../../state/message-store.ts";

/** `oldest` and `latest` are exclusive unless `inclusive` is set. */
export function withinRange(args: JsonObject): (message: Message) => boolean {
  const oldest = timestampAt(args, "oldest");
  const latest = timestampAt(args, "latest");
  const inclusive = flagAt(args, "inclusive");
  return ({ ts }) => {
    const at = micros(ts);
    if (inclusive && (at === oldest || at === latest)) {
      return true;
    }
    return (oldest === undefined || at > oldest) && (latest === undefined || at < latest);
  };
}

export function withoutMetadata(args: JsonObject): (message: Message) => JsonObject {
  const isWanted = flagAt(args, "include_all_metadata");
  return ({ metadata, ...message }) =>
    isWanted && metadata !== undefined ? { ...message, metadata } : message;
}

/** One page, and the properties that lead to the next one. */
export function pageOf<T>(
  items: readonly T[],
  args: JsonObject,
  defaults: { limit: number },
): { items: T[]; more: JsonObject } {
  const limit = numberAt(args, "limit") ?? defaults.limit;
  if (limit < 1 || limit > 1000) {
    throw new Refusal("invalid_limit");
  }
  const start = readCursor(textAt(args, "cursor"));
  const end = start + limit;
  const hasMore = end < items.length;
  const cursor = Buffer.from(`next:${end}`).toString("base64");
  return {
    items: items.slice(start, end),
    more: { has_more: hasMore, response_metadata: { next_cursor: hasMore ? cursor : "" } },
  };
}

function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) {
    return 0;
  }
  const start = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  if (start === undefined) {
    throw new Refusal("invalid_cursor");
  }
  return Number(start);
}

/** A `ts` in microseconds. Its 16 digits fit a double exactly. */
function micros(ts: string): number {
  const [seconds = "0", fraction = ""] = ts.split(".");
  return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

function timestampAt(args: JsonObject, name: "oldest" | "latest"): number | undefined {
  const value = textAt(args, name);
  if (value === undefined) {
    return undefined;
  }
  if (!/^\d+(\.\d+)?$/.test(value)) {
    throw new Refusal(`invalid_ts_${name}`);
  }
  return micros(value);
}
