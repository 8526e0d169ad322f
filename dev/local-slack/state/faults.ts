import type { RecordedRequest } from "./recorded-request.ts";

/** A failure that a test orders. `wire/answer.ts` carries it out. */
export type Fault =
  /** `Retry-After` is the rest of its time when left out, or a second. */
  | { kind: "rate_limited"; retryAfterSeconds?: number }
  | { kind: "redirect"; to: string }
  | { kind: "platform_error"; error: string; needed?: string }
  | { kind: "slow_drip"; chunkBytes?: number; intervalMs?: number }
  | { kind: "repeated"; deliveries: number }
  | {
      kind:
        | "error_500"
        | "html"
        | "login_page"
        | "error_serving_file"
        | "stall"
        | "reset"
        | "executed_then_stall"
        | "executed_then_reset"
        | "truncated"
        | "no_content_length"
        | "lost";
    };

export type FaultRule = Fault & {
  /**
   * A Web API method, `download` or `response_url`. `*` is all of these. `delivery` is an event on its way to the app, for
   * `lost` and `repeated`.
   */
  on: string;
  /** `remove` finds the rule by its name. */
  name?: string;
  /** The rule ends then: epoch ms, by the clock of this Slack. */
  untilMs?: number;
  /** How often the fault strikes. The default is once; `Infinity` is always. */
  times?: number;
  /** Between 0 and 1. A spared request does not use the rule up, and the next rule applies to it. */
  probability?: number;
  /** The rule applies only to requests that this accepts. */
  when?: (request: RecordedRequest) => boolean;
};

export interface FaultQueue {
  add(rule: FaultRule): void;
  /** Finds the fault for this request and uses it up. */
  take(request: RecordedRequest): Fault | undefined;
  /** Finds the fault for an event that is about to be delivered, and uses it up. */
  takeDelivery(): Fault | undefined;
  /** Returns the rules that may still strike. */
  list(): readonly FaultRule[];
  remove(name: string): void;
  clear(): void;
}

/** Rules apply in the order in which they were added. */
export function createFaultQueue(random: () => number, now: () => number): FaultQueue {
  let rules: { rule: FaultRule; left: number }[] = [];

  function isOpen({ rule, left }: (typeof rules)[number]): boolean {
    return left > 0 && (rule.untilMs === undefined || now() < rule.untilMs);
  }

  function takeFirst(isMeant: (rule: FaultRule) => boolean): Fault | undefined {
    const found = rules.find(
      (entry) => isOpen(entry) && isMeant(entry.rule) && random() < (entry.rule.probability ?? 1),
    );
    if (found === undefined) {
      return undefined;
    }
    found.left -= 1;
    const { rule } = found;
    return rule.kind === "rate_limited" && rule.untilMs !== undefined
      ? { retryAfterSeconds: Math.ceil((rule.untilMs - now()) / 1000), ...rule }
      : rule;
  }

  return {
    add(rule) {
      rules.push({ rule, left: rule.times ?? 1 });
    },
    take: (request) => takeFirst((rule) => applies(rule, request)),
    takeDelivery: () => takeFirst(({ on }) => on === "delivery"),
    list: () => rules.filter(isOpen).map(({ rule }) => rule),
    remove(name) {
      rules = rules.filter(({ rule }) => rule.name !== name);
    },
    clear() {
      rules = [];
    },
  };
}

function applies({ on, when }: FaultRule, request: RecordedRequest): boolean {
  return (on === "*" || on === request.method) && (when === undefined || when(request));
}
