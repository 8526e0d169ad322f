import { getApp } from "../../lib/app.ts";

/** The slash command: https://docs.slack.dev/interactivity/implementing-slash-commands */
export function POST(request: Request): Promise<Response> {
  return getApp().commands(request);
}
