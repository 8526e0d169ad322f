import { getApp } from "../../lib/app.ts";

/** Vercel Cron: https://vercel.com/docs/cron-jobs */
export function GET(request: Request): Promise<Response> {
  return getApp().reconcile(request);
}
