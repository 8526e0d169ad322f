import type { RecordedRequest as StoreRequest } from "../local-s3/connection.ts";
import type { RecordedDelivery, RecordedRequest } from "../local-slack/state/recorded-request.ts";
import type { LocalS3 } from "../local-s3/server.ts";
import type { LocalSlack } from "../local-slack/server.ts";
import type { Act, Acts } from "./acts.ts";
import type { Exchange } from "./api.ts";

const MAX_EXCHANGES = 500;

/** Lists the last 500 exchanges, oldest first. */
export function readTimeline({
  slack,
  s3,
  acts,
}: {
  slack: LocalSlack;
  s3: LocalS3;
  acts: Acts;
}): Exchange[] {
  const exchanges = [
    ...acts.list().map((act) => ({ source: act, exchange: act })),
    ...lastOf(slack.deliveries).map((source) => ({ source, exchange: ofDelivery(source) })),
    ...lastOf(slack.requests).map((source) => ({ source, exchange: ofSlackRequest(source) })),
    ...lastOf(s3.requests).map((source) => ({ source, exchange: ofStoreRequest(source) })),
  ];
  return lastOf(
    exchanges.toSorted((one, other) => one.exchange.startedAtMs - other.exchange.startedAtMs),
  ).map(({ source, exchange }) => ({ id: idOf(source), ...exchange }));
}

function lastOf<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(-MAX_EXCHANGES);
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** A record keeps its id. */
function idOf(source: object): number {
  const id = ids.get(source) ?? (lastId += 1);
  ids.set(source, id);
  return id;
}

function ofDelivery({ url, atMs, durationMs, status, reason }: RecordedDelivery): Act {
  return {
    from: "slack",
    to: "functions",
    what: `POST ${url.split("/").at(-1)}`,
    startedAtMs: atMs,
    ...outcomeOf({ durationMs, status, error: reason }),
  };
}

function ofSlackRequest({ method, atMs, ...outcome }: RecordedRequest): Act {
  return { from: "functions", to: "slack", what: method, startedAtMs: atMs, ...outcomeOf(outcome) };
}

function ofStoreRequest({ method, key, query, headers, atMs, ...outcome }: StoreRequest): Act {
  const subject = key === "" ? `LIST ${query["prefix"] ?? ""}` : `${method} ${key}`;
  return {
    from: headers["authorization"] === undefined ? "cdn" : "functions",
    to: "s3",
    what: subject,
    startedAtMs: atMs,
    ...outcomeOf(outcome),
  };
}

function outcomeOf({
  durationMs,
  status,
  error,
}: {
  durationMs?: number | undefined;
  status?: number | undefined;
  error?: string | undefined;
}): Pick<Act, "durationMs" | "status" | "error"> {
  if (durationMs === undefined) {
    return {};
  }
  return { durationMs, status: status ?? 0, ...(error !== undefined && { error }) };
}
