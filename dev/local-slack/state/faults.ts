import type { RecordedRequest } from "./recorded-request.ts";

/** A failure that a test orders. `wire/answer.ts` carries it out. */
export type Fault =
  | { kind: "rate_limited"; retryAfterSeconds?: number }
  | { kind: "redirect"; to: string }
  | { kind: "platform_error"; error: string; needed?: string }
  | { kind: "slow_drip"; chunkBytes?: number; intervalMs?: number }
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
        | "no_content_length";
    };

export type FaultRule = Fault & {
  /** A Web API method, `download` or `response_url`. */
  on: string;
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
  clear(): void;
}

/** Rules apply in the order in which they were added. */
export function createFaultQueue(random: () => number): FaultQueue {
  const rules: { rule: FaultRule; left: number }[] = [];
  return {
    add(rule) {
      rules.push({ rule, left: rule.times ?? 1 });
    },
    take(request) {
      const found = rules.find(
        ({ rule, left }) =>
          left > 0 && applies(rule, request) && random() < (rule.probability ?? 1),
      );
      if (found === undefined) {
        return undefined;
      }
      found.left -= 1;
      return found.rule;
    },
    clear() {
      rules.length = 0;
    },
  };
}

function applies({ on, when }: FaultRule, request: RecordedRequest): boolean {
  return on === request.method && (when === undefined || when(request));
}
