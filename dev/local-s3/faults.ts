import type { S3RequestHead } from "./request.ts";
import { S3Error, type S3ErrorCode } from "./s3-error.ts";

export interface FaultRule {
  /** LIST is ListObjectsV2. DELETE includes DeleteObjects. `*` is every request. */
  on: "PUT" | "GET" | "HEAD" | "DELETE" | "LIST" | "*";
  /** `remove` finds the rule by its name. */
  name?: string;
  /** The rule ends then: epoch ms, by the clock of this S3. */
  untilMs?: number;
  /** Matches the object key, or the prefix of a LIST. The default matches every request. */
  key?: RegExp;
  /** The rule applies only to requests that this accepts. */
  when?: (request: S3RequestHead) => boolean;
  /** How often the fault strikes. The default is every time, until `clearFaults()`. */
  times?: number;
  /** From 0 to 1. The default is 1. */
  probability?: number;
  kind: FaultKind;
}

/** `executed_then_reset` changes the bucket and loses the answer. Every other fault leaves the bucket unchanged. */
export type FaultKind =
  | keyof typeof REFUSALS
  | "stall"
  | "reset"
  | "reset_mid_body"
  | "executed_then_reset";

export interface Faults {
  add: (rule: FaultRule) => void;
  clear: () => void;
  /** Returns the rules that may still strike. */
  list: () => readonly FaultRule[];
  remove: (name: string) => void;
  /** Finds the fault for this request and counts it. The earliest matching rule wins. */
  strike: (request: S3RequestHead) => FaultKind | undefined;
}

export function createFaults(random: () => number, now: () => number): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];
  const isOpen = ({ rule, left }: (typeof rules)[number]) =>
    left > 0 && (rule.untilMs === undefined || now() < rule.untilMs);
  return {
    add: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    clear: () => void (rules = []),
    list: () => rules.filter(isOpen).map(({ rule }) => rule),
    remove: (name) => void (rules = rules.filter(({ rule }) => rule.name !== name)),
    strike(request) {
      const entry = rules.find(
        (candidate) =>
          isOpen(candidate) &&
          matches(candidate.rule, request) &&
          random() < (candidate.rule.probability ?? 1),
      );
      if (entry === undefined) {
        return undefined;
      }
      entry.left -= 1;
      return entry.rule.kind;
    },
  };
}

/** Throws if the fault is an answer. The other faults concern the connection. */
export function throwRefusal(kind: FaultKind | undefined): void {
  for (const [name, code] of Object.entries(REFUSALS)) {
    if (name === kind) {
      throw new S3Error(code, "A test ordered this fault.");
    }
  }
}

const REFUSALS = {
  slow_down: "SlowDown",
  error_500: "InternalError",
  forbidden: "AccessDenied",
  conflict: "ConditionalRequestConflict",
  precondition_failed: "PreconditionFailed",
  invalid_argument: "InvalidArgument",
  no_such_bucket: "NoSuchBucket",
  not_implemented: "NotImplemented",
} as const satisfies Record<string, S3ErrorCode>;

function matches(rule: FaultRule, request: S3RequestHead): boolean {
  const on = operationOf(request);
  const subject = on === "LIST" ? (request.query.get("prefix") ?? "") : request.key;
  const isMeant =
    (rule.on === "*" || rule.on === on) &&
    (rule.key === undefined || subject.search(rule.key) !== -1);
  return isMeant && (rule.when === undefined || rule.when(request));
}

function operationOf({ method, key, query }: S3RequestHead): string {
  if (method === "GET" && key === "") {
    return "LIST";
  }
  if (method === "POST" && query.has("delete")) {
    return "DELETE";
  }
  return method;
}
