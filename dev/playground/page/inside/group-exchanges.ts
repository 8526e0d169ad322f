import type { Exchange } from "../../api.ts";

interface ExchangeGroup {
  startedAtMs: number;
  endedAtMs: number;
  exchanges: readonly Exchange[];
}

/** Nothing happens for that long between one act of a person and the next. */
const PAUSE_MS = 2000;

/** Groups what follows on one another, oldest first. */
export function groupExchanges(exchanges: readonly Exchange[]): ExchangeGroup[] {
  const groups: (ExchangeGroup & { exchanges: Exchange[] })[] = [];
  for (const exchange of exchanges) {
    const endedAtMs = exchange.startedAtMs + (exchange.durationMs ?? 0);
    const last = groups.at(-1);
    if (last === undefined || exchange.startedAtMs - last.endedAtMs > PAUSE_MS) {
      groups.push({ startedAtMs: exchange.startedAtMs, endedAtMs, exchanges: [exchange] });
    } else {
      last.exchanges.push(exchange);
      last.endedAtMs = Math.max(last.endedAtMs, endedAtMs);
    }
  }
  return groups;
}
