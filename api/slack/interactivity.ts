import { getApp } from "../../lib/app.ts";

/** Shortcuts, buttons and modals: https://docs.slack.dev/interactivity/handling-user-interaction */
export function POST(request: Request): Promise<Response> {
  return getApp().interactivity(request);
}
