import type { RecordedRequest as StoreRequest } from "../local-s3/connection.ts";
import type { RecordedDelivery, RecordedRequest } from "../local-slack/state/recorded-request.ts";
import type { Exchange } from "./api.ts";
import type { StackPorts } from "./stack-ports.ts";

/** Something that a person did, or the clock of a cron job. */
export type Act = Omit<Exchange, "id">;

const MAX_EXCHANGES = 500;

/** Writes an act down while it goes on. */
export async function noteAct<Result extends { status: number }>(
  { acts, clock, topics }: Pick<StackPorts, "acts" | "clock" | "topics">,
  what: Pick<Act, "from" | "to" | "what">,
  carryOut: () => Promise<Result>,
): Promise<Result> {
  const startedMs = performance.now();
  const act: Act = { ...what, startedAtMs: clock.now() };
  acts.push(act);
  acts.splice(0, acts.length - MAX_EXCHANGES);
  topics.emit("timeline");
  let status = 0;
  try {
    const result = await carryOut();
    ({ status } = result);
    return result;
  } finally {
    Object.assign(act, { status, durationMs: performance.now() - startedMs });
    topics.emit("timeline");
  }
}

/** Oldest first, the last 500. */
export function readTimeline({
  slack,
  s3,
  acts,
}: Pick<StackPorts, "slack" | "s3" | "acts">): Exchange[] {
  const exchanges = [
    ...acts.map((act) => ({ source: act, exchange: act })),
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

/** The same as long as the record is. */
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
