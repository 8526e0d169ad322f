import type { Exchange } from "../../api.ts";
import { useTopic } from "../client.ts";
import { groupExchanges } from "./group-exchanges.ts";
import { formatDuration, formatTime } from "./words.ts";

const NAMES = {
  slack: "Slack",
  functions: "Functions",
  s3: "S3",
  person: "Person",
  cdn: "CDN",
} as const satisfies Record<Exchange["from"] | Exchange["to"], string>;

/** Every request between Slack, the functions and S3, in groups with a pause between them; the newest group first. */
export function Timeline() {
  const { value: exchanges = [] } = useTopic<readonly Exchange[]>(
    "/local/stack/timeline",
    "timeline",
  );
  if (exchanges.length === 0) {
    return <p className="empty">No request yet.</p>;
  }
  return groupExchanges(exchanges)
    .toReversed()
    .map((group) => <Group key={group.startedAtMs} {...group} />);
}

function Group({ startedAtMs, endedAtMs, exchanges }: ReturnType<typeof groupExchanges>[number]) {
  const length = Math.max(endedAtMs - startedAtMs, 1);
  return (
    <table className="timeline">
      <caption>
        {formatTime(startedAtMs)} · {exchanges.length} requests in {formatDuration(length)}
      </caption>
      <thead>
        <tr>
          <th scope="col">After</th>
          <th scope="col">From → to</th>
          <th scope="col">Request</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {exchanges.map((exchange) => (
          <tr key={exchange.id} data-failed={isFailed(exchange)}>
            <td>{formatDuration(exchange.startedAtMs - startedAtMs)}</td>
            <td>
              <span className="party" data-party={exchange.from}>
                {NAMES[exchange.from]}
              </span>{" "}
              →{" "}
              <span className="party" data-party={exchange.to}>
                {NAMES[exchange.to]}
              </span>
            </td>
            <td>
              <span className="what">{exchange.what}</span>
              <span className="track" aria-hidden="true">
                <span
                  className="bar"
                  data-party={exchange.to}
                  style={{
                    marginLeft: `${(100 * (exchange.startedAtMs - startedAtMs)) / length}%`,
                    width: `${(100 * (exchange.durationMs ?? 0)) / length}%`,
                  }}
                />
              </span>
            </td>
            <td>{resultOf(exchange)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function resultOf({ durationMs, status, error }: Exchange): string {
  if (durationMs === undefined) {
    return "under way";
  }
  const outcome = status === 0 ? "connection broke" : `${status ?? ""}`;
  return [formatDuration(durationMs), outcome, error ?? ""]
    .filter((part) => part !== "")
    .join(", ");
}

function isFailed({ status, error }: Exchange): boolean {
  return error !== undefined || status === 0 || (status ?? 200) >= 400;
}
