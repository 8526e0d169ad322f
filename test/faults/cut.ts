import { SLACK_CALLS } from "../../dev/load/order-faults.ts";
import type { TestStack } from "../helpers/stack.ts";

/** A wire between the app on one side, and Slack, S3 and CloudFront on the other, which can be cut. */
export interface Wire {
  /** The requests that left the app until the wire was mended, in order: `chat.postMessage`, `PUT images`. */
  readonly sent: readonly string[];
  /** From now on, requests arrive again. */
  mend: () => void;
}

export interface Cut {
  /** Says whether the wire is cut after these requests, which are carried out and answered. */
  isCutAfter: (sent: readonly string[]) => boolean;
  /** The first request after the cut is carried out too, but its answer is lost. */
  isNextCarriedOut?: boolean;
}

export const NEVER: Cut = { isCutAfter: () => false };

/** Cuts the wire after this many requests. */
export function after(count: number): Cut {
  return { isCutAfter: (sent) => sent.length >= count };
}

/** Cuts the wire after the n-th request of that name. */
export function afterNth(name: string, count = 1): Cut {
  return { isCutAfter: (sent) => sent.filter((one) => one === name).length >= count };
}

/** To these, an app that is cut off looks like one that died at that moment. */
export function cutWire(stack: TestStack, { isCutAfter, isNextCarriedOut = false }: Cut): Wire {
  const fates = new Map<object, Fate>();
  const sent: string[] = [];
  let isCut = false;
  let isMended = false;

  function fateOf(request: object, name: string): Fate {
    const fate = fates.get(request) ?? decide(name);
    fates.set(request, fate);
    return fate;
  }

  function decide(name: string): Fate {
    if (isMended) {
      return "answered";
    }
    const isNext = !isCut && isCutAfter(sent);
    isCut ||= isNext;
    sent.push(name);
    return isCut ? (isNext && isNextCarriedOut ? "executed_then_reset" : "reset") : "answered";
  }

  for (const kind of ["executed_then_reset", "reset"] as const) {
    stack.cdn?.fault({ kind, when: (request) => fateOf(request, "invalidation") === kind });
    for (const on of SLACK) {
      const when = (request: object) => fateOf(request, on) === kind;
      stack.slack.fault({ on, kind, when, times: Number.POSITIVE_INFINITY });
    }
    for (const on of S3) {
      const nameOf = (key: string) => `${on} ${key.split("/")[0]}`;
      stack.s3.fault({ on, kind, when: (head) => fateOf(head, nameOf(head.key)) === kind });
    }
  }
  return {
    sent,
    mend() {
      isMended = true;
    },
  };
}

type Fate = "answered" | "executed_then_reset" | "reset";

const SLACK = [...SLACK_CALLS, "users.conversations"] as const;
const S3 = ["DELETE", "GET", "HEAD", "LIST", "PUT"] as const;
