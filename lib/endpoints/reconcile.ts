import { timingSafeEqual, createHash } from "node:crypto";
import type { Reconcile } from "../uploads/reconcile.ts";
import { emptyResponse } from "./route.ts";

export interface ReconcileEndpointDependencies {
  /** `CRON_SECRET`; without it nobody may call. */
  cronSecret: string | undefined;
  reconcile: () => Promise<Reconcile>;
}

/** Vercel Cron calls it with `Authorization: Bearer $CRON_SECRET`. */
export function createReconcileEndpoint({ cronSecret, reconcile }: ReconcileEndpointDependencies) {
  return async function sweep(request: Request): Promise<Response> {
    if (cronSecret === undefined) {
      return emptyResponse(503);
    }
    if (!isEqual(request.headers.get("authorization") ?? "", `Bearer ${cronSecret}`)) {
      return emptyResponse(401);
    }
    const run = await reconcile();
    return Response.json(await run());
  };
}

/** In constant time, whatever the lengths. */
function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
