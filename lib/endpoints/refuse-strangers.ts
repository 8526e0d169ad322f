import { createHash, timingSafeEqual } from "node:crypto";
import { emptyResponse } from "./route.ts";

/**
 * Refuses a request without `Authorization: Bearer CRON_SECRET`, and every request while no secret
 * is set. `undefined`: the request is the operator's.
 */
export function refuseStrangers(
  cronSecret: string | undefined,
  request: Request,
): Response | undefined {
  if (cronSecret === undefined) {
    return emptyResponse(503);
  }
  const isOperator = isEqual(request.headers.get("authorization") ?? "", `Bearer ${cronSecret}`);
  return isOperator ? undefined : emptyResponse(401);
}

/** Compares in constant time, whatever the lengths. */
function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
