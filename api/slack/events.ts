import { getApp } from "../../lib/app.ts";

/** Slack's Events API: https://docs.slack.dev/apis/events-api */
export function POST(request: Request): Promise<Response> {
  return getApp().events(request);
}
