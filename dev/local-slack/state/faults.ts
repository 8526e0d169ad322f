import type { RecordedRequest } from "./recorded-request.ts";

/** Misbehaviour that a test orders; see `answer.ts` for what each kind does on the wire. */
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
  /** How often; once when left out, `Infinity` for always. */
  times?: number;
  /** Between 0 and 1; a request that is spared does not use the rule up, and meets the next one. */
  probability?: number;
  /** Only for requests that this accepts. */
  when?: (request: RecordedRequest) => boolean;
};

export interface FaultQueue {
  add(rule: FaultRule): void;
  /** The fault for this request, used up by it. */
  take(request: RecordedRequest): Fault | undefined;
  /** Good behaviour from now on. */
  clear(): void;
}

/** Rules are consumed in the order in which they were given. */
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
